// What reports say of the way candidates scale.

import Comparison
import Foundation
import FoundationXML
import Reporting
import Testing

@Suite struct DiagnosticsTests {
    private let fractions = (10..<20).map { Double($0) / 20 }

    /// A candidate with two rungs, the second of which is bad or good.
    private func diagnostics(_ name: String, isBad: Bool) throws -> CandidateDiagnostics {
        let finding = #"""
            { "code": "scalesBadly", "severity": "warning", "message": "\#(name) scales badly: why", "advice": "do this" }
            """#
        let shape = fractions.map { 4 * (1 - $0) }
        let text = #"""
            { "candidate": "\#(name)", "fractions": \#(fractions), "findings": [\#(isBad ? finding : "")],
              "rungs": [
                { "label": "width 8", "scale": 1, "isTarget": false, "runs": 3, "spikes": 0, "fall": 0.1,
                  "shape": \#(shape), "scales": "unknown", "reasons": [] },
                { "label": "width 16", "scale": 2, "isTarget": true, "runs": 1, "spikes": 4, "fall": 0.2,
                  "shape": \#(shape), "scales": "\#(isBad ? "badly" : "well")",
                  "reasons": [\#(isBad ? "\"curveShape\"" : "")], "collapseResidual": 0.31, "seedSpread": 0.1,
                  "repeatedShare": 0.25, "gradientNormMedian": 0.5, "gradientNorm99": 2.5,
                  "updateToWeightMedian": 0.00123 }] }
            """#
        return try JSONDecoder().decode(CandidateDiagnostics.self, from: Data(text.utf8))
    }

    private func result(_ name: String, _ diagnostics: [CandidateDiagnostics]) throws -> CompareResult {
        var result = try Snapshots.result(name)
        result.diagnostics = diagnostics
        return result
    }

    @Test func theTerminalShowsAFindingOrASentence() throws {
        let text = TextReport.render(
            try result("three-candidates", [diagnostics("a", isBad: true), diagnostics("b", isBad: false)]))
        #expect(text.contains("\n! a scales badly: why\n  → do this\n"))
        #expect(text.contains("The loss curves of b have the same shape at every rung"))
    }

    @Test func manyCandidatesShowOnlyFindings() throws {
        let all = try [diagnostics("a", isBad: true), diagnostics("b", isBad: false)]
        let text = TextReport.render(try result("many-candidates", all))
        #expect(text.contains("! a scales badly") && !text.contains("the same shape at every rung"))
        let page = String(decoding: HTMLReport.render(ReportContent(try result("many-candidates", all))), as: UTF8.self)
        #expect(page.ranges(of: "id=\"diagnostics-plot-").count == 1)
    }

    @Test func aFamilyIsShownWithItsMembersAmongManyCandidates() throws {
        var family = try diagnostics("rates", isBad: false)
        family.rungs[0].member = "rates[<4>]"
        family.rungs[1].member = "rates[2]"
        let all = [family, try diagnostics("b", isBad: false)]
        let page = String(decoding: HTMLReport.render(ReportContent(try result("many-candidates", all))), as: UTF8.self)
        #expect(page.ranges(of: "id=\"diagnostics-plot-").count == 1 && page.contains("best member"))
        #expect(page.contains("<td>rates[&lt;4&gt;]</td><td>–</td>") && page.contains("<td>rates[2]</td><td>well</td>"))
    }

    @Test func thePageShowsEveryRung() throws {
        let all = try [diagnostics("a", isBad: true), diagnostics("<b>", isBad: false)]
        let content = ReportContent(try result("three-candidates", all))
        let page = String(decoding: HTMLReport.render(content), as: UTF8.self)
        #expect(page.contains("Does each recipe scale well?") && page.contains("&lt;b&gt;"))
        #expect(!page.contains("<b>"))
        #expect(page.contains("<td>badly</td><td>31 %</td><td>10 %</td><td>20 %</td>"))
        #expect(page.contains("<td>25 %</td><td>0.5</td><td>2.5</td><td>0.0012</td><td>4</td>"))
        #expect(page.contains("<td>–</td><td>–</td><td>–</td><td>0</td>"))
        _ = try XMLDocument(xmlString: String(page.dropFirst("<!DOCTYPE html>\n".count)))
    }

    @Test func withoutDiagnosticsNothingIsShown() throws {
        let page = String(
            decoding: HTMLReport.render(ReportContent(try result("three-candidates", []))), as: UTF8.self)
        #expect(!page.contains("Does each recipe scale well?"))
    }
}
