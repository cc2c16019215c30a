// The comparison as one HTML file, section by section. A new section needs one file in Sections/ and its name in `all`.

import Comparison
package import Foundation
import ScalebenchCore

/// A part of the report.
struct ReportSection: Sendable {
    let id: String
    let title: String
    /// The content; nil when there is nothing to show.
    let body: @Sendable (ReportContent) -> Markup?

    static let all: [ReportSection] = [
        verdict, early, scaling, settings, gap, method, findings, diagnostics, approximation, curves, noise, recipes,
        cost, provenance,
    ]
}

/// Renders a comparison as a self-contained page.
package enum HTMLReport {
    /// The whole file.
    package static func render(_ content: ReportContent) -> Data {
        let parts = ReportSection.all.compactMap { section in
            section.body(content).map { HTMLPage.Part(id: section.id, title: section.title, body: $0) }
        }
        return HTMLPage(
            title: Phrase.contest(content.result.candidates), heading: heading(content.result), parts: parts
        ).data
    }

    @MarkupBuilder private static func heading(_ result: CompareResult) -> Markup {
        if let question = result.question { tag("p", ["class": "question"]) { SafeText.line(question, limit: 300) } }
        tag("p", ["class": "context"]) {
            if let suite = result.suite {
                "\(SafeText.line(suite.name)) v\(suite.version) on \(SafeText.line(suite.dataset)) · "
            }
            if let metric = Phrase.metric(result) { "\(metric) · " }
            "reference A: "
            tag("bdi") { SafeText.line(result.candidates[0]) }
            " · target \(Quantity.scale(result.targetScale, result.axis))"
            if result.tokensVary, let tokens = result.targetTokens { ", \(Quantity.short(tokens)) tokens" }
        }
    }
}
