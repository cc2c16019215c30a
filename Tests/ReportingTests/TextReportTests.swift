// The text for a terminal, character by character.

import Comparison
import Foundation
import Reporting
import Testing

struct TextReportTests {
    @Test(arguments: Snapshots.results) func rendering(name: String) throws {
        try Snapshots.expect(TextReport.render(try Snapshots.result(name)), "\(name).txt")
    }

    @Test(arguments: [
        (0.5, "50 %"), (1, "> 99.9 %"), (0.9995, "> 99.9 %"), (0.0004, "< 0.1 %"), (0.994, "99.4 %"), (0, "< 0.1 %"),
    ])
    func probabilitiesClaimNoMoreThanTheyKnow(value: Double, text: String) {
        #expect(Phrase.percent(value) == text)
    }

    @Test(arguments: [
        (2.36, "2.3600"), (0, "0.0000"), (5.338e-4, "0.000534"), (4.959e-6, "4.959 × 10⁻⁶"), (3.2e7, "3.2 × 10⁷"),
    ]) func lossesOfEverySizeAreWrittenForPeople(value: Double, text: String) {
        #expect(Phrase.loss(value) == text)
    }

    /// Names of candidates may hold hyphens and digits; numbers have minus signs and no exponents.
    @Test(arguments: Snapshots.results) func numbersAreWrittenForPeople(name: String) throws {
        let result = try Snapshots.result(name)
        let page = String(decoding: HTMLReport.render(ReportContent(result)), as: UTF8.self)
            .replacing(/<style>[^<]*<\/style>|<[^>]*>/, with: " ")
        for text in [TextReport.render(result), page] {
            #expect(text.matches(of: /[0-9]e[-+]?[0-9]/).isEmpty)
            #expect(text.matches(of: /(?:^|[^-\w])-[0-9]/).isEmpty)
            #expect(text.matches(of: /[0-9] [kMGTPEZY] FLOPs/).isEmpty)
        }
    }

    @Test func smallGapsShowNoDirection() {
        #expect(Phrase.gap(-0.00001) == "+0.0000")
        #expect(Phrase.gap(-0.1) == "−0.1000")
    }

    // MARK: - Device time

    private func estimate(_ point: Double, _ interval: [Double]) -> String {
        #"{ "point": \#(point), "interval50": \#(interval), "interval80": \#(interval), "interval90": \#(interval) }"#
    }

    private func time(_ ratio: String, _ multiplier: String) throws -> DeviceTime {
        let finding = #"{ "code": "c", "severity": "note", "message": "said", "advice": "of time" }"#
        let time = #"{ "ratio": \#(ratio), "multiplier": \#(multiplier), "rungs": [], "findings": [\#(finding)] }"#
        return try JSONDecoder().decode(DeviceTime.self, from: Data(time.utf8))
    }

    private func timed(_ compute: String, _ ratio: String, _ total: String) throws -> CompareResult {
        var result = try Snapshots.result("after-the-target")
        result.pairs[0].deviceTime = try time(ratio, total)
        result.pairs[0].computeMultiplier = try time("null", compute).multiplier
        return result
    }

    @Test func computeAndDeviceTimeStandInOneSentence() throws {
        let result = try timed(
            estimate(0.95, [0.93, 0.97]), estimate(1.07, [1.06, 1.08]), estimate(1.017, [0.99, 1.04]))
        let sentence =
            "Per token B is 5 % better [3 %, 7 %]; each step of equal size takes 7 % longer [6 %, 8 %]; "
            + "in device time B needs 1.7 % more [−1 %, 4 %] to reach A's loss."
        let text = TextReport.render(result)
        #expect(text.contains(sentence) && text.contains("· said\n  → of time"), "\(text)")
        #expect(text.contains("device time B needs to reach A's loss"))
        let page = String(decoding: HTMLReport.render(ReportContent(result)), as: UTF8.self)
        #expect(page.contains("each step of equal size takes 7 % longer [6 %, 8 %]") && page.contains(": said"))
    }

    @Test func largeFactorsAndMissingOnesAreSaid() throws {
        let slow = try timed(estimate(4, [2, 2000]), estimate(0.96, [0.95, 0.97]), estimate(3.84, [1.9, 1900]))
        #expect(
            TextReport.render(slow).contains(
                "Per token B needs 4 times as much compute [2, > 1000]; each step of equal size takes 4 % less time "
                    + "[3 %, 5 %]; in device time B needs 3.84 times as much [1.9, > 1000] to reach A's loss."))
        let bare = TextReport.render(try timed("null", estimate(1.07, [1.06, 1.08]), "null"))
        #expect(bare.contains("Each step of equal size takes 7 % longer [6 %, 8 %] with B than with A."))
        #expect(!TextReport.render(try timed("null", "null", "null")).contains("equal size"))
    }

    // MARK: - Families

    private func text(_ change: (inout FamilyResult) throws -> Void) throws -> String {
        var result = try Snapshots.result("family")
        var family = try #require(result.families?.first)
        try change(&family)
        result.families = [family]
        return TextReport.render(result)
    }

    /// A drift as a result document has it.
    private func drift(_ isPower: Bool, _ point: Double, _ interval: [Double], width: Bool = false) throws
        -> FamilyResult.Drift
    {
        let estimate =
            #"{ "point": \#(point), "interval50": \#(interval), "interval80": \#(interval), "interval90": \#(interval) }"#
        let text = #"{ "isPower": \#(isPower), "perScale": \#(estimate), "perWidth": \#(width ? estimate : "null") }"#
        return try JSONDecoder().decode(FamilyResult.Drift.self, from: Data(text.utf8))
    }

    @Test func aDriftIsClaimedOnlyWhereTheDataShowIt() throws {
        let width = try text { $0.drift = [try drift(true, -0.82, [-1, -0.6], width: true)] }
        #expect(width.contains("The best learningRate goes with width to the power −0.82 [−1.00, −0.60]."))
        let constant = try text { $0.drift = [try drift(true, 0.02, [-0.1, 0.14])] }
        #expect(constant.contains("The data do not show a drift of the best learningRate with scale (FLOPs)"))
        #expect(constant.contains("may be constant."))
        let linear = try text { $0.drift = [try drift(false, 0.034, [0.026, 0.042])] }
        #expect(linear.contains("changes by +0.034 [+0.026, +0.042] per factor of ten in FLOPs."))
    }

    @Test func aBestBeyondTheSweepHasNoValue() throws {
        let target = try text { $0.scales[$0.scales.count - 1].best[0].probabilityInside = 0.2 }
        #expect(target.contains("lies beyond the sweep with probability 80 %: widen it"))
        let rung = try text { $0.scales[0].best[0].probabilityInside = 0.2 }
        #expect(rung.contains("At 1 of 4 rungs the best probably lies beyond the range tried"))
        let all = try text { for index in $0.scales.indices { $0.scales[index].best[0].probabilityInside = 0.2 } }
        #expect(all.contains("The drift of the best learningRate is not known"))
    }

    @Test func findingsOfManyPairsAreListedOnce() throws {
        var result = try Snapshots.result("many-candidates")
        for index in result.pairs.indices {
            result.pairs[index].findings.removeAll { !$0.message.contains("seed noise is unknown") }
            // Two pairs share the first of these; a name inside a longer word stays.
            let b = result.pairs[index].b
            let text = index < 2 ? "\(b) is odd" : "pair \(index): \(b)x is odd"
            result.pairs[index].findings.append(Finding("odd", .note, text, advice: "none"))
            for number in 0..<2 {
                result.pairs[index].findings.append(Finding("odd", .warning, "\(index)-\(number)", advice: "none"))
            }
        }
        let text = TextReport.render(result)
        // Warnings come first, as many as there is room for.
        #expect(text.contains("! \(result.pairs[0].b): 0-0") && text.contains("more findings in the report"))
        #expect(!text.contains("seed noise is unknown"))
        result.pairs = result.pairs.map { pair in
            var pair = pair
            pair.findings.removeAll { $0.severity == .warning }
            return pair
        }
        let notes = TextReport.render(result)
        #expect(notes.ranges(of: "seed noise is unknown").count == 1)
        #expect(notes.contains("· \(result.pairs[0].b) and \(result.pairs[1].b): B is odd"))
        #expect(notes.contains("· \(result.pairs[2].b): pair 2: \(result.pairs[2].b)x is odd"))
    }
}
