// The structure of pages, for the tests of reports and of the site.

import Foundation
import FoundationXML
import Testing

/// The structure of a page, or of a drawing, as a parser sees it. Void elements are closed, so an XML parser can read the page.
final class PageOutline: NSObject, XMLParserDelegate {
    var elements: Set<String> = []
    var attributes: Set<String> = []
    var headings: [Int] = []
    var pictureLabels: [String] = []
    var tablesPerFigure: [Int] = []
    var ids: [String] = []
    var links: [String] = []
    var captions = 0
    var sortableTables = 0
    var language: String?
    private var isInFigure = false

    init(_ page: String) throws {
        super.init()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = self
        try #require(parser.parse(), "not well-formed: \(parser.parserError.map { "\($0)" } ?? "")")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes values: [String: String]
    ) {
        elements.insert(name)
        attributes.formUnion(values.keys)
        if name.count == 2, name.hasPrefix("h"), let level = Int(name.dropFirst()) { headings.append(level) }
        if name == "svg" { pictureLabels.append(values["role"] == "img" ? values["aria-label"] ?? "" : "") }
        if name == "figure" { tablesPerFigure.append(0) }
        isInFigure = name == "figure" || (isInFigure && name != "section")
        if name == "table", isInFigure { tablesPerFigure[tablesPerFigure.count - 1] += 1 }
        if let id = values["id"] { ids.append(id) }
        for key in ["href", "src"] { if let link = values[key] { links.append(link) } }
        if name == "html" { language = values["lang"] }
        if name == "caption" { captions += 1 }
        if name == "table", values["class"] == "sortable" { sortableTables += 1 }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "figure" { isInFigure = false }
    }
}
