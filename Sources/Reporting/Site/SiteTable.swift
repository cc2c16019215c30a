// Tables of a site. The script turns the titles of their columns into buttons that sort; without it they are plain.

import ScalebenchCore

/// A table whose rows may be sorted by any column.
struct SiteTable {
    /// Says what the rows are.
    let caption: String
    let header: [String]
    var rows: [[Cell]] = []

    struct Cell {
        let content: Markup
        /// What rows are sorted by; nil for text.
        let order: Double?
        /// The script cannot read `order` from the text.
        let needsOrder: Bool

        init(_ content: Markup) { self.init(content, order: nil, needsOrder: false) }

        private init(_ content: Markup, order: Double?, needsOrder: Bool) {
            self.content = content
            self.order = order
            self.needsOrder = needsOrder
        }

        /// Text of any origin, as a link where there is an address.
        init(_ text: String, link: String? = nil) {
            let name = tag("bdi") { text }
            self.init(link.map { link in tag("a", ["href": link]) { name } } ?? name)
        }

        /// A time in UTC, which leads to what happened then where there is an address; a dash for none.
        static func time(_ time: String?, link: String? = nil) -> Cell {
            guard let time else { return .init("–") }
            let words = tag("time") { Phrase.time(time) }
            return .init(link.map { link in tag("a", ["href": link]) { words } } ?? words)
        }

        /// A number, which leads to the runs that it came from where there is an address.
        static func number(_ text: String, _ value: Double?, from link: String? = nil) -> Cell {
            let content = link.map { link in tag("a", ["href": link, "class": "source"]) { text } }
            return Cell(
                content ?? Markup(text: text), order: value, needsOrder: value != nil && Double(text) == nil)
        }
    }

    var markup: Markup {
        let isText = header.indices.map { column in !rows.contains { $0[column].order != nil } }
        return tag("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption]) {
            tag("table", ["class": "sortable"]) {
                tag("caption") { caption }
                tag("thead") {
                    tag("tr") {
                        zip(header, isText).map { name, isText in
                            isText
                                ? tag("th", ["scope": "col", "class": "text"]) { name }
                                : tag("th", ["scope": "col"]) { name }
                        }
                    }
                }
                tag("tbody") { rows.map { row($0, isText) } }
            }
        }
    }

    private func row(_ cells: [Cell], _ isText: [Bool]) -> Markup {
        let others = cells.indices.dropFirst().map { column -> Markup in
            let cell = cells[column]
            if isText[column] { return tag("td", ["class": "text"]) { cell.content } }
            guard let order = cell.order, cell.needsOrder else { return tag("td") { cell.content } }
            return tag("td", ["data-order": "\(order)"]) { cell.content }
        }
        return tag("tr") {
            tag("th", ["scope": "row"]) { cells[0].content }
            others
        }
    }
}

/// Names with values, such as the facts about a machine.
struct FactList {
    let facts: [(name: String, value: Markup)]

    var markup: Markup {
        tag("dl", ["class": "facts"]) {
            for fact in facts {
                tag("div") {
                    tag("dt") { fact.name }
                    tag("dd") { fact.value }
                }
            }
        }
    }
}
