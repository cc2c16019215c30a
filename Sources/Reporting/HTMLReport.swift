// The comparison as one HTML file: no script, no network, readable on a telephone, in the dark and on paper.
// To add a section: one file in Sections/, one row in `all`.

import Comparison
package import Foundation
import ScalebenchCore

/// A part of the report.
struct ReportSection: Sendable {
    let id: String
    let title: String
    /// Nil when there is nothing to show.
    let body: @Sendable (ReportContent) -> Markup?

    static let all: [ReportSection] = [
        verdict, scaling, gap, findings, curves, noise, recipes, cost, provenance,
    ]
}

/// Renders a comparison as a self-contained page.
package enum HTMLReport {
    /// The whole file.
    package static func render(_ content: ReportContent) -> Data {
        let sections = ReportSection.all.compactMap { section in section.body(content).map { (section, $0) } }
        let page = Markup.joined([
            Markup(trusted: "<!DOCTYPE html>\n"),
            tag("html", ["lang": "en"]) {
                head(content.result)
                tag("body") {
                    tag("header") { heading(content.result) }
                    navigation(sections.map(\.0))
                    tag("main") {
                        for (section, body) in sections {
                            tag("section", ["id": section.id]) {
                                tag("h2") { section.title }
                                body
                            }
                        }
                    }
                    tag("footer") { tag("p") { "scalebench \(content.result.scalebenchVersion)" } }
                }
            },
            Markup(trusted: "\n"),
        ])
        return Data(page.source.utf8)
    }

    private static func head(_ result: CompareResult) -> Markup {
        tag("head") {
            tag("meta", ["charset": "utf-8"])
            tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            tag("meta", ["name": "color-scheme", "content": "light dark"])
            tag("title") { title(result) + " – scalebench" }
            Markup.style(String(decoding: PackageResources.report_css, as: UTF8.self))
        }
    }

    private static func title(_ result: CompareResult) -> String {
        let names = result.candidates.map { SafeText.line($0, limit: 40) }
        return names.count == 2 ? "\(names[0]) against \(names[1])" : "\(names[0]) against \(names.count - 1) others"
    }

    @MarkupBuilder private static func heading(_ result: CompareResult) -> Markup {
        tag("h1") { tag("bdi") { title(result) } }
        if let question = result.question { tag("p", ["class": "question"]) { SafeText.line(question, limit: 300) } }
        tag("p", ["class": "context"]) {
            if let suite = result.suite {
                "\(SafeText.line(suite.name)) v\(suite.version) on \(SafeText.line(suite.dataset)) · "
            }
            "reference A: "
            tag("bdi") { SafeText.line(result.candidates[0]) }
            " · target \(Quantity.short(result.targetScale)) \(result.axis.unit)"
        }
    }

    private static func navigation(_ sections: [ReportSection]) -> Markup {
        tag("nav", ["aria-label": "Sections"]) {
            for section in sections { tag("a", ["href": "#\(section.id)"]) { section.title } }
        }
    }
}
