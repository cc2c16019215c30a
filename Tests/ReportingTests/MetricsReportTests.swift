// The page of several metrics: a table of all, then every metric with its own pictures.

import Comparison
import Foundation
import Reporting
import Testing

struct MetricsReportTests {
    private func page(_ names: [String]) throws -> String {
        String(
            decoding: MetricsReport.html(MetricsResult(try names.map(Snapshots.result), notJudged: [])), as: UTF8.self)
    }

    @Test func everyMetricHasItsPicturesAndTheTableOfAllComesFirst() throws {
        let page = try page(["after-the-target", "three-candidates", "after-the-target"]),
            outline = try PageOutline(page)
        #expect(Set(outline.ids).count == outline.ids.count, "\(outline.ids)")
        let pictures = outline.ids.filter { $0.hasSuffix("-scaling-plot") }
        #expect(pictures == (1...3).map { "metric-\($0)-scaling-plot" })
        #expect(outline.ids.count { $0.contains("-gap-plot-") } == 4)
        #expect(outline.ids.contains("metric-1-leaders-plot") != outline.ids.contains("metric-2-leaders-plot"))
        #expect(outline.ids.first == "metrics")
        // A region that cuts off a drawing is that of the same picture.
        let regions = page.matches(of: /url\(#([^)]*)\)/).map { String($0.1) }
        #expect(!regions.isEmpty && regions.allSatisfy { outline.ids.contains($0) && $0.contains("clip-metric-") })
    }

    @Test func onlyTheFirstMetricIsOpen() throws {
        let page = try page(["after-the-target", "after-the-target", "after-the-target"])
        let folded = page.matches(of: /<details class="folded"><summary>([^<]*)<\/summary>/).map { String($0.1) }
        #expect(folded.count == 2 && folded.allSatisfy { $0.contains("probability that A is better") }, "\(folded)")
    }
}
