// Repeats of one candidate in a table: they tell the noise of everything that is compared with it.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct RepeatsTests {
    private func result(_ text: String) throws -> CompareResult {
        let table = try RunTable(
            try TableText(Data(text.utf8), file: "r.csv"), file: "r.csv", query: .init(reference: "base"))
        return try Judge(thresholds: VerdictThresholds()).result(try table.ladder(target: .scale(1e10)))
    }

    /// A reference with three runs at every scale, and two candidates with one each.
    /// - Parameter spreads: the distance of the reference's runs from each other at every scale.
    private func table(seeds: Bool, spreads: [Double] = [0.01, 0.008, 0.006], repeatedOthers: Bool = false) -> String {
        var lines = ["candidate,scale,loss" + (seeds ? ",seed" : "")]
        func add(_ name: String, _ scale: Double, _ losses: [Double]) {
            for (seed, loss) in losses.enumerated() {
                lines.append("\(name),\(scale),\(loss)" + (seeds ? ",\(seed)" : ""))
            }
        }
        for (index, (scale, loss)) in [(1e7, 4.0), (1e8, 3.5), (1e9, 3.2)].enumerated() {
            let spread = spreads[index]
            add("base", scale, [loss, loss + spread, loss - spread])
            for (name, offset) in [("new", 0.05), ("other", -0.02)] {
                let small = 0.003 * Double(index + 1)
                add(
                    name, scale,
                    repeatedOthers ? [loss + offset, loss + offset + small, loss + offset - small] : [loss + offset])
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test(arguments: [true, false]) func repeatsOfTheReferenceTellTheNoiseOfEveryPair(seeds: Bool) throws {
        let result = try result(table(seeds: seeds))
        #expect(result.ladder.map { $0.candidates.map(\.runs) } == Array(repeating: [3, 1, 1], count: 3))
        for rung in result.ladder {
            let deviations = rung.candidates.compactMap(\.seedDeviation)
            #expect(deviations.count == 3 && deviations.allSatisfy { (0.003..<0.02).contains($0) }, "\(deviations)")
        }
        for pair in result.pairs {
            #expect(pair.rungGaps.allSatisfy { $0.gap != nil })
            #expect(!pair.findings.contains { $0.code == "noReplicates" })
            // One run of B against three of A: σ √(1 + 1/3).
            let interval = try #require(pair.rungGaps[0].gap).interval90
            #expect((0.01..<0.08).contains(interval.upper - interval.lower))
        }
    }

    @Test func aLineThatIsThereTwiceIsNoRepeat() {
        let text = table(seeds: false) + "new,1e8,3.55\n"
        #expect { try result(text) } throws: { ($0 as? ScalebenchError)?.location == "r.csv:17" }
    }

    /// A baseline that drifted: its repeats at the largest rung differ far more than those of the others.
    @Test func aReferenceThatDriftedIsPointedOut() throws {
        let drifted = try result(table(seeds: true, spreads: [0.003, 0.006, 0.5], repeatedOthers: true))
        for pair in drifted.pairs {
            let finding = try #require(pair.findings.first { $0.code == "noisyArms" })
            #expect(finding.message.hasPrefix("base is ") && finding.message.hasSuffix("other runs at 1 G parameters"))
        }
        let steady = try result(table(seeds: true, spreads: [0.003, 0.006, 0.009], repeatedOthers: true))
        #expect(steady.pairs.allSatisfy { pair in !pair.findings.contains { $0.code == "noisyArms" } })
    }
}
