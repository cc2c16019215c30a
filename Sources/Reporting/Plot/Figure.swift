// A picture as a reader sees it: title, legend, drawing, and its numbers as a table underneath.

import ScalebenchCore

/// One picture of the report.
struct Figure {
    /// Unique on the page.
    let id: String
    let title: String
    /// Explains the picture; screen readers read it too.
    let caption: String
    var legend: [(style: String, name: String)] = []
    let height: Double
    let table: ReportTable
    let plot: (PlotSize) -> Markup

    @MarkupBuilder var markup: Markup {
        tag("figure", ["id": id]) {
            tag("h3") { title }
            if !legend.isEmpty { legendList }
            for size in PlotSize.allCases { picture(size) }
            tag("figcaption") { caption }
            tag("details") {
                tag("summary") { "Numbers of this picture" }
                table.markup
            }
        }
    }

    private var legendList: Markup {
        tag("ul", ["class": "legend"]) {
            for entry in legend {
                tag("li") {
                    tag("span", ["class": "key \(entry.style)"])
                    tag("bdi") { SafeText.line(entry.name) }
                }
            }
        }
    }

    private func picture(_ size: PlotSize) -> Markup {
        tag(
            "svg",
            [
                "class": size.rawValue, "viewBox": "0 0 \(Int(size.width)) \(Int(size.height(height)))", "role": "img",
                "aria-label": "\(title). \(caption)",
            ]
        ) { plot(size) }
    }
}

/// Rows of text; numbers are set flush right.
struct ReportTable {
    let header: [String]
    var rows: [[String]]

    init(header: [String], rows: [[String]] = []) {
        self.header = header
        self.rows = rows
    }

    /// The table that a terminal shows.
    init(_ table: TextTable) {
        self.init(header: table.rows[0], rows: Array(table.rows.dropFirst()))
    }

    var markup: Markup {
        tag("div", ["class": "scroll"]) {
            tag("table") {
                tag("thead") { tag("tr") { header.map { name in tag("th", ["scope": "col"]) { name } } } }
                tag("tbody") {
                    for row in rows {
                        tag("tr") {
                            for (index, cell) in row.enumerated() {
                                if index == 0 { tag("th", ["scope": "row"]) { cell } } else { tag("td") { cell } }
                            }
                        }
                    }
                }
            }
        }
    }
}
