// The text of many candidates: one screen that says who is better than the reference and who beats whom.

import Comparison
import Foundation
import Reporting
import Testing

struct ManyTextTests {
    private func lines(_ result: CompareResult, report: String? = "report.html") -> [String] {
        TextReport.render(result, report: report).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }

    private func expectOneScreen(_ result: CompareResult) -> String {
        let lines = lines(result)
        #expect(lines.count <= 60, "\(lines.count) lines")
        #expect(lines.allSatisfy { $0.count <= 160 }, "\(lines.map(\.count).max() ?? 0) columns")
        return lines.joined(separator: "\n")
    }

    @Test(arguments: [6, 20, 41, 200], [8, 24, 60]) func isOneScreen(count: Int, nameLength: Int) throws {
        let text = expectOneScreen(try Snapshots.crowd(count, nameLength: nameLength))
        #expect(text.contains("\(count) candidates, target 1 EFLOPs, reference A: "))
        #expect(text.contains("Each against the reference A") && text.contains("Who beats whom"))
    }

    @Test func showsEveryoneOfFortyOne() throws {
        let result = try Snapshots.crowd(41, nameLength: 20), text = expectOneScreen(result)
        for name in result.candidates { #expect(text.contains(name)) }
        #expect(!text.contains("none of them likelier"))
        // The likeliest to beat the reference come first.
        let best = try #require(result.pairs.min { ($0.probabilityABetter ?? 1) < ($1.probabilityABetter ?? 1) })
        let worst = try #require(result.pairs.max { ($0.probabilityABetter ?? 1) < ($1.probabilityABetter ?? 1) })
        let table = text[try #require(text.range(of: "Each against")).lowerBound...]
        let places = try [best, worst].map { try #require(table.range(of: "\($0.b)  ")).lowerBound }
        #expect(places[0] < places[1])
    }

    /// Everything that can be said, said at length.
    @Test func isOneScreenWithManyFindings() throws {
        var result = try Snapshots.crowd(41, nameLength: 60)
        let long = String(repeating: "a long sentence about this pair ", count: 12)
        for index in result.pairs.indices {
            result.pairs[index].findings.append(Finding("odd", .warning, "\(index): \(long)", advice: long))
        }
        let early =
            #"{ "runs": [\#((0..<41).map { "{ \"id\": \"0123456789abcdef\", \"candidates\": [\($0)], \"fraction\": 0.2 }" }.joined(separator: ","))], "flopsSaved": 8e12, "secondsSaved": 12 }"#
        result.stoppedEarly = try JSONDecoder().decode(StoppedEarly.self, from: Data(early.utf8))
        let text = expectOneScreen(result)
        #expect(text.contains("! ") && text.contains("more findings in the report"))
        #expect(text.contains("Stopped early at the target"))
    }

    @Test func saysWhereTheRestIs() throws {
        let result = try Snapshots.crowd(41, nameLength: 8)
        #expect(lines(result).last == "Report: report.html")
        #expect(lines(result, report: nil).last == "--report FILE writes a page with all losses, pairs and findings.")
        #expect(lines(try Snapshots.result("family"), report: nil).last?.contains("--report") == false)
    }

    @Test func whoBeatsWhomIsAMatrix() throws {
        let result = try Snapshots.result("many-candidates"), duels = try #require(result.best?.headToHead)
        let lines = lines(result),
            title = try #require(lines.firstIndex { $0.hasPrefix("Who beats whom among the likeliest 8") })
        let first = try #require(duels.probabilityBetter[0][1])
        let cells = lines[title + 2].split(separator: " ", omittingEmptySubsequences: true)
        #expect(
            cells.prefix(5) == [
                "1", Substring(duels.candidates[0]), "–", Substring(String(Int((100 * first).rounded()))), "%",
            ])
        #expect(lines[title + 9].hasPrefix("  8 \(duels.candidates[7])") && lines[title + 10].isEmpty)
    }
}
