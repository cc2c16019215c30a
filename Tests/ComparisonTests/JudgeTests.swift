import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct JudgeTests {
    /// Rungs at 1, 3, 10 … times 1e12 FLOPs with the given losses; nil losses are diverged runs.
    static func ladder(
        _ a: [[Double?]], _ b: [[Double?]], targetA: [Double?] = [], targetB: [Double?] = [], axis: ScaleAxis = .flops
    ) -> Ladder {
        let points = { (losses: [Double?], arm: String) in
            losses.enumerated().map {
                ScalingPoint(
                    seed: "\($0.offset)", loss: $0.element,
                    runID: RunID(rawValue: "\(arm)\($0.offset)\(String(describing: $0.element))"))
            }
        }
        let scales = a.indices.map { 1e12 * pow(10, Double($0) / 2) }
        let rungs = a.indices.map {
            LadderRung(label: "rung \($0)", scale: scales[$0], points: [points(a[$0], "a"), points(b[$0], "b")])
        }
        let target = LadderRung(
            label: "target", scale: scales.last! * 10, points: [points(targetA, "a"), points(targetB, "b")])
        return Ladder(axis: axis, candidates: ["a", "b"], rungs: rungs, target: target)
    }

    private func judge(_ ladder: Ladder) throws -> PairResult {
        try Judge(thresholds: VerdictThresholds()).result(ladder).pairs[0]
    }

    private let falling: [[Double?]] = [[4.00, 4.01, 3.99], [3.50, 3.51, 3.49], [3.20, 3.205, 3.195]]
    private let better: [[Double?]] = [[3.90, 3.91, 3.89], [3.40, 3.41, 3.39], [3.10, 3.105, 3.095]]

    @Test func oneRunEachAtTheTargetIsNotTheTruth() throws {
        // No seed was ever repeated, and the runs at the target differ by a thousandth of their loss.
        let a: [[Double?]] = [[4.00], [3.50], [3.20]], b: [[Double?]] = [[3.99], [3.51], [3.198]]
        let pair = try judge(Self.ladder(a, b, targetA: [2.700], targetB: [2.697]))
        let expected = try #require(pair.expectedGap).interval90
        #expect(expected.upper - expected.lower > 0.002)
        #expect(try #require(pair.probabilityABetter) > 0.02)
        // A large gap is still believed.
        let clear = try judge(Self.ladder(a, b, targetA: [2.7], targetB: [2.4]))
        #expect(clear.verdict == .bBetter)
    }

    @Test func gapIsLossOfBMinusLossOfA() throws {
        let pair = try judge(Self.ladder(falling, better))
        #expect(pair.verdict == .bBetter)
        #expect(try #require(pair.gap).point < 0)
        #expect(try #require(pair.probabilityABetter) < 0.05)
        #expect(try #require(pair.expectedRegret).a > 0.01, "choosing A gives loss away")
        #expect(try #require(pair.computeMultiplier).point < 1, "B needs less compute")
        #expect(try #require(pair.rungGaps[0].meanGap) < 0)
    }

    @Test func exchangingTheArmsMirrorsTheVerdict() throws {
        let one = try judge(Self.ladder(falling, better)), other = try judge(Self.ladder(better, falling))
        #expect(other.verdict == .aBetter)
        #expect(abs(one.probabilityABetter! + other.probabilityABetter! - 1) < 1e-9)
        #expect(abs(one.gap!.point + other.gap!.point) < 1e-3)
    }

    @Test func divergedArmLosesAtTheTarget() throws {
        let pair = try judge(Self.ladder(falling, better, targetA: [3.0], targetB: [nil]))
        #expect(pair.verdict == .aBetter)
        #expect(pair.gap == nil)
        #expect(pair.predicted.verdict == .bBetter)
        #expect(pair.findings.contains { $0.code == "diverged" })
    }

    @Test func divergenceAtTheTopRungDecidesBeforeTheTarget() throws {
        var cliff = better
        cliff[2] = [nil, nil]
        #expect(try judge(Self.ladder(falling, cliff)).verdict == .aBetter)
    }

    @Test func observedTargetStandsBesideThePrediction() throws {
        let pair = try judge(Self.ladder(falling, better, targetA: [2.7], targetB: [2.9]))
        #expect(pair.predicted.verdict == .bBetter)
        #expect(abs(try #require(pair.observed?.gap) - 0.2) < 1e-12)
        #expect(pair.findings.contains { $0.code == "missedPrediction" })
        #expect(pair.verdict != .bBetter)
    }

    @Test func thePredictionNeverSeesTheTarget() throws {
        let before = try judge(Self.ladder(falling, better))
        let after = try judge(Self.ladder(falling, better, targetA: [2.7], targetB: [2.9]))
        #expect(after.predicted.gap == before.predicted.gap)
        #expect(after.predicted.probabilityABetter == before.probabilityABetter)
        #expect(after.predicted.lossB == before.predicted.lossB)
    }

    @Test func everyRungIsPredictedFromThoseBelow() throws {
        let steady = try judge(Self.ladder(falling, better))
        #expect(steady.methodOnThisLadder.map(\.label) == ["rung 2"])
        let row = try #require(steady.methodOnThisLadder.first)
        #expect(row.rungsBelow == 2 && abs(row.observedGap + 0.1) < 1e-12)
        #expect(row.probabilityOfWinner > 0.9 && row.probabilityABetter < 0.1)
        #expect(row.predictedGap.interval90.contains(row.observedGap))
        // What a rung shows does not change what was predicted for it.
        var turned = better
        turned[2] = [3.30, 3.31, 3.29]
        let surprised = try #require(try judge(Self.ladder(falling, turned)).methodOnThisLadder.first)
        #expect(surprised.predictedGap == row.predictedGap)
        #expect(surprised.probabilityOfWinner < 0.1)
        #expect(try judge(Self.ladder(Array(falling.prefix(2)), Array(better.prefix(2)))).methodOnThisLadder.isEmpty)
    }

    @Test func longLaddersHoldOutSomeRungsOnly() throws {
        func held(_ count: Int) -> [String] {
            let losses = (0..<count).map { [4 - 0.01 * Double($0)] }
            return Self.ladder(losses, losses).heldOutRungs.map(\.rung.label)
        }
        #expect(held(1) == ["rung 0"])
        #expect(held(20) == (0..<20).map { "rung \($0)" })
        #expect(held(100) == stride(from: 4, to: 100, by: 5).map { "rung \($0)" })
    }

    @Test func noMultiplierOnParametersAlone() throws {
        let pair = try judge(Self.ladder(falling, better, axis: .parameters))
        #expect(pair.computeMultiplier == nil)
        #expect(pair.findings.contains { $0.code == "noComputeMultiplier" })
    }

    @Test func bitEqualRunsHaveAGapOfExactlyZero() throws {
        // The specs differ but the losses are equal: the option in which they differ had no effect.
        let pair = try judge(Self.ladder(falling, falling))
        #expect(pair.verdict == .equivalent)
        #expect(pair.gap == Estimate(exactly: 0))
        #expect(pair.findings.map(\.code) == ["identicalArms"])
    }

    @Test func oneRungInCommonIsAnError() {
        let ladder = Self.ladder([[4], []], [[4.1], [3.9]])
        #expect { try judge(ladder) } throws: { ($0 as? ScalebenchError)?.message.contains("1 rung in common") == true }
    }

    @Test func everyNumberOfTheDocumentIsWrittenOrNull() throws {
        let result = try Judge(thresholds: VerdictThresholds()).result(Self.ladder(falling, better, axis: .parameters))
        let document = try #require(try JSONSerialization.jsonObject(with: result.json()) as? [String: Any])
        let pair = try #require((document["pairs"] as? [[String: Any]])?.first)
        let keys = [
            "a", "b", "verdict", "probabilityABetter", "gap", "expectedGap", "computeMultiplier", "crossover",
            "expectedRegret", "predicted", "observed", "earlyForecast", "findings", "nextRuns", "rungGaps",
            "methodOnThisLadder", "probabilityWithKnownGap", "deviceTime",
        ]
        #expect(Set(pair.keys) == Set(keys))
        #expect(pair["computeMultiplier"] is NSNull)
        #expect((pair["gap"] as? [String: Any])?["interval90"] is [Double])
        #expect(try JSONDecoder().decode(CompareResult.self, from: result.json()).pairs.count == 1)
    }
}
