// A picture of a site with its downloads: the drawing as a file that stands alone, its numbers as CSV and as JSON.

import Foundation
import ScalebenchCore

/// A figure, and the files beside it.
struct SitePicture {
    let figure: Figure
    /// The address of the files without their endings.
    let address: String
    let csv: String
    let json: Data

    var files: [SiteFile] {
        [
            SiteFile(address + ".svg", figure.standalone), SiteFile(address + ".csv", csv),
            SiteFile(address + ".json", json),
        ]
    }

    @MarkupBuilder func markup(on page: String) -> Markup {
        figure.markup
        SiteDownloads(
            what: figure.title,
            files: ["svg", "csv", "json"].map { ($0.uppercased(), "\(address).\($0)") }
        ).markup(on: page)
    }
}

/// Links to files.
struct SiteDownloads {
    /// What is in the files, for those who hear the links alone.
    let what: String
    let files: [(name: String, address: String)]

    func markup(on page: String) -> Markup {
        tag("p", ["class": "downloads"]) {
            "Download: "
            for (index, file) in files.enumerated() {
                if index > 0 { ", " }
                tag(
                    "a",
                    [
                        "href": SiteAddress.link(file.address, from: page), "download": "",
                        "aria-label": "\(file.name): \(what)",
                    ]
                ) { file.name }
            }
        }
    }
}

extension Figure {
    /// The wide drawing with title and legend as an SVG file, which has the colours of both schemes in itself.
    var standalone: Data {
        let width = PlotSize.wide.width, lines = legendLines, top = 34 + 20 * Double(lines.count)
        let total = Int(PlotSize.wide.height(height) + top)
        let drawing = drawing(lines, top: top)
        let picture = tag(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(Int(width)) \(total)", "role": "img",
                "aria-label": "\(title). \(caption)",
            ]
        ) {
            Markup.style(Self.style(for: drawing))
            drawing
        }
        return Data((picture.source + "\n").utf8)
    }

    @MarkupBuilder private func drawing(_ lines: [[(style: String, name: String, x: Int)]], top: Double) -> Markup {
        tag("text", ["class": "title", "x": "2", "y": "18"]) { title }
        for (row, entries) in lines.enumerated() {
            for entry in entries {
                let y = 40 + 20 * row
                tag(
                    "rect",
                    [
                        "class": "key \(entry.style)", "x": "\(entry.x)", "y": "\(y - 10)", "width": "11",
                        "height": "11",
                    ])
                tag("text", ["x": "\(entry.x + 17)", "y": "\(y)"]) { entry.name }
            }
        }
        tag("g", ["transform": "translate(0 \(Int(top)))"]) { plot(.wide) }
    }

    /// The entries of the legend, broken into lines by their estimated widths.
    private var legendLines: [[(style: String, name: String, x: Int)]] {
        var lines: [[(style: String, name: String, x: Int)]] = [], x = Int(PlotSize.wide.width)
        for entry in legend {
            let name = SafeText.line(entry.name), width = 34 + 8 * name.count
            if x + width > Int(PlotSize.wide.width) {
                lines.append([])
                x = 2
            }
            lines[lines.count - 1].append((entry.style, name, x))
            x += width
        }
        return lines
    }

    /// The colours of both schemes.
    private static let colours = sheet[0]
    /// The rules for what is drawn, with the classes that they name; a rule without classes is for every drawing.
    private static let rules: [(text: String, classes: Set<String>)] =
        (sheet.dropFirst().first ?? "").split(separator: "}").map { rule in
            let selectors = rule.prefix { $0 != "{" }
            let classes = selectors.matches(of: /\.([a-z][\w-]*)/).map { String($0.1) }
            return (rule.trimmingCharacters(in: .whitespacesAndNewlines) + "}\n", Set(classes))
        }.filter { $0.text.contains("{") }
    private static let own = "svg { background: var(--ground); }\nsvg .key { fill: var(--c); }\n"

    /// The colours and the marks of the report's style sheet, without what lays out a page.
    private static let sheet: [String] = {
        let parts = String(decoding: PackageResources.report_css, as: UTF8.self).split(separator: "\n/* ").map(
            String.init)
        let marks = parts.first { $0.hasPrefix("What is drawn in pictures") }?.split(separator: "*/", maxSplits: 1).last
        return [parts[0] + "\n"] + (marks.map { [String($0)] } ?? [])
    }()

    /// Every class of the elements of a drawing.
    private static func classes(of source: String) -> Set<String> {
        // A picture has hundreds of elements of a few kinds, so that equal attributes are split once.
        let start = Array("class=\"".utf8), bytes = Array(source.utf8)
        var attributes: Set<ArraySlice<UInt8>> = [], place = 0
        while place + start.count < bytes.count {
            guard bytes[place] == start[0], bytes[place..<place + start.count].elementsEqual(start) else {
                place += 1
                continue
            }
            let value = bytes[(place + start.count)...].prefix { $0 != UInt8(ascii: "\"") }
            attributes.insert(value)
            place = value.endIndex
        }
        return Set(attributes.flatMap { String(decoding: $0, as: UTF8.self).split(separator: " ").map(String.init) })
    }

    /// The style of a drawing: the colours, and the rules for what it uses.
    private static func style(for drawing: Markup) -> String {
        let used = classes(of: drawing.source)
        return rules.reduce(into: colours) { text, rule in
            if rule.classes.isSubset(of: used) { text += rule.text }
        } + own
    }
}
