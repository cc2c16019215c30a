// The whole pipeline — plan, launch, store, verdict — with a closed-form trainer and a known right answer.

import Foundation
import Testing

struct SyntheticVerdictTests {
    /// Compares two synthetic laws and returns the pair of the result.
    private func compare(
        _ a: SyntheticLaw, _ b: SyntheticLaw, _ options: [String] = [], names: (String, String) = ("a", "b")
    ) throws -> [String: Any] {
        let scratch = try Scratch()
        let suite = try scratch.syntheticSuite()
        let result = try Tool.run(
            [
                "compare", try scratch.synthetic(names.0, a), try scratch.synthetic(names.1, b), "--suite", suite,
                "--json", "-", "--all-rungs",
            ] + options, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        return try #require((document["pairs"] as? [[String: Any]])?.first)
    }

    @Test func aBetter() throws {
        let pair = try compare(.init(), .init(amplitude: 1.2))
        #expect(pair["verdict"] as? String == "aBetter")
        #expect(try #require(pair["gap"] as? [String: Any])["point"] as! Double > 0)
        // B's amplitude is 1.2 times A's at exponent 0.1: it needs 1.2^10 = 6.19 times the compute.
        let multiplier = try #require(pair["computeMultiplier"] as? [String: Any])
        let interval = try #require(multiplier["interval90"] as? [Double])
        #expect(interval[0] < 6.19 && 6.19 < interval[1])
    }

    @Test func bBetter() throws {
        let pair = try compare(.init(amplitude: 1.2), .init())
        #expect(pair["verdict"] as? String == "bBetter")
        #expect(try #require(pair["probabilityABetter"] as? Double) < 0.05)
    }

    @Test func equivalent() throws {
        let pair = try compare(.init(noise: 0.0003), .init(amplitude: 1.0001, noise: 0.0003))
        #expect(pair["verdict"] as? String == "equivalent")
    }

    @Test func unresolvedOffersTheNextRun() throws {
        let pair = try compare(.init(noise: 0.02), .init(amplitude: 1.06, noise: 0.02), ["--predict-only"])
        #expect(pair["verdict"] as? String == "unresolved")
        #expect(try #require(pair["nextRuns"] as? [[String: Any]]).isEmpty == false)
    }

    @Test func crossingBeforeTheTargetIsNotMissed() throws {
        // The laws cross between the top rung and the target: B is worse on every rung and better at the target.
        let pair = try compare(.init(exponent: 0.05), .init(amplitude: 1.05, exponent: 0.12))
        #expect(pair["verdict"] as? String == "bBetter")
        let predicted = try #require(pair["predicted"] as? [String: Any])
        #expect(predicted["verdict"] as? String != "aBetter", "the ladder alone must not claim the wrong winner")
    }

    @Test func crossingBeyondTheTargetDoesNotChangeTheWinner() throws {
        let pair = try compare(.init(exponent: 0.05), .init(amplitude: 1.4, exponent: 0.09))
        #expect(pair["verdict"] as? String == "aBetter")
        let crossover = try #require(pair["crossover"] as? [String: Any])
        #expect(try #require(crossover["probabilityBelowTarget"] as? Double) < 0.05)
    }

    @Test func divergedArmLoses() throws {
        let pair = try compare(.init(divergesFromWidth: 256), .init(amplitude: 1.5))
        #expect(pair["verdict"] as? String == "bBetter")
        #expect(pair["gap"] is NSNull)
        let findings = try #require(pair["findings"] as? [[String: Any]]).compactMap { $0["code"] as? String }
        #expect(findings.contains("diverged"))
    }

    @Test(arguments: [1, 32, 64]) func anArmThatDivergesFromSomeRungOnLoses(width: Int) throws {
        let pair = try compare(.init(amplitude: 1.5), .init(divergesFromWidth: width))
        #expect(pair["verdict"] as? String == "aBetter")
        #expect(pair["probabilityABetter"] as? Double == 1)
        let predicted = try #require(pair["predicted"] as? [String: Any])
        #expect(predicted["verdict"] as? String == "aBetter")
        #expect(predicted["probabilityABetter"] is NSNull)
    }

    @Test func whereBothDivergeNobodyWins() throws {
        let pair = try compare(.init(divergesFromWidth: 256), .init(amplitude: 1.5, divergesFromWidth: 256))
        #expect(pair["verdict"] as? String == "unresolved")
        #expect(pair["probabilityABetter"] is NSNull)
    }

    @Test func equalSpecsShareTheirRuns() throws {
        let scratch = try Scratch()
        let suite = try scratch.syntheticSuite()
        let result = try Tool.run(
            [
                "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init()), "--suite", suite,
                "--json", "-", "--all-rungs",
            ],
            in: scratch.url)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let pair = try #require((document["pairs"] as? [[String: Any]])?.first)
        #expect(pair["verdict"] as? String == "equivalent")
        #expect(try #require(pair["gap"] as? [String: Any])["point"] as? Double == 0)
        let runs = scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("job.json") }
        #expect(runs.count == 4 + 3 + 2 + 2 + 1)
    }
}
