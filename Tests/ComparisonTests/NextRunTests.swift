// The stated worth of further runs: it starts from the verdict's probability; target seeds and equal seeds count.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct NextRunTests {
    /// Four rungs with a small true gap and seed noise; `shared` is the share of its variance that equal seeds have in
    /// common.
    static func ladder(
        gap: Double, noise: Double, shared: Double = 0, seeds: Int = 6, atTarget: Bool = false
    ) -> Ladder {
        var generator = SplitMix(seed: 3)
        func points(_ scale: Double, _ count: Int) -> [[ScalingPoint]] {
            let mean = 1.6 + 1.4 * pow(scale / 1e12, -0.1)
            var points: [[ScalingPoint]] = [[], []]
            for seed in 0..<count {
                let common = generator.normal()
                for arm in 0...1 {
                    let own = shared.squareRoot() * common + (1 - shared).squareRoot() * generator.normal()
                    points[arm].append(
                        ScalingPoint(
                            seed: "\(seed)", loss: mean + Double(arm) * gap + noise * own,
                            runID: RunID(rawValue: "\(scale) \(arm) \(seed)")))
                }
            }
            return points
        }
        let scales = [1e12, 4e12, 1.6e13, 6.4e13]
        return Ladder(
            axis: .flops, candidates: ["a", "b"],
            rungs: scales.map { LadderRung(label: "\($0)", scale: $0, flops: $0, points: points($0, seeds)) },
            target: LadderRung(label: "top", scale: 6.4e14, flops: 6.4e14, points: points(6.4e14, atTarget ? 1 : 0)))
    }

    private func judge(_ ladder: Ladder) throws -> PairResult {
        try Judge(thresholds: VerdictThresholds()).result(ladder).pairs[0]
    }

    @Test(arguments: [true, false]) func theProbabilityNowIsTheVerdicts(atTarget: Bool) throws {
        for noise in [0.004, 0.01, 0.03] {
            let pair = try judge(Self.ladder(gap: 0.006, noise: noise, atTarget: atTarget))
            let p = try #require(pair.probabilityABetter)
            for run in pair.nextRuns {
                #expect(run.probabilityRightNow == max(p, 1 - p))
                #expect(run.probabilityRightAfter >= run.probabilityRightNow)
                #expect(run.probabilityRightAfter <= (pair.probabilityWithKnownGap ?? 0) + 0.005)
            }
        }
    }

    @Test func theTargetIsAChoiceUntilItIsTrained() throws {
        let before = try judge(Self.ladder(gap: 0.02, noise: 0.004, seeds: 2))
        #expect(before.nextRuns.contains { $0.label == "the target, top" && $0.runsPerCandidate == 1 })
        #expect(before.nextRuns.contains { $0.label.hasPrefix("a new rung") })
        let after = try judge(Self.ladder(gap: 0.006, noise: 0.01, atTarget: true))
        #expect(!after.nextRuns.contains { $0.scale > 6.4e13 })
    }

    /// Report, budget and dry run choose from one list in one order.
    @Test func theFirstProposedRunIsTheFirstStepOfABudget() throws {
        let judge = Judge(thresholds: VerdictThresholds())
        var places: Set<String> = []
        for gap in [0.002, 0.008, 0.02, 0.03, 0.04] {
            for noise in [0.001, 0.002, 0.004, 0.01] {
                let ladder = Self.ladder(gap: gap, noise: noise, seeds: 3)
                let proposed = try judge.pairs(ladder)[0].nextRuns
                // Whatever a run costs in the budget's unit, as long as the budget can pay it.
                for cost in [{ $0.flops }, { _ in 1 }, { 1e15 / $0.scale }] as [(ProposedRun) -> Double?] {
                    let decision = try judge.nextDecision(
                        ladder, until: 0.95, budget: .infinity, includesTarget: true
                    ) { cost($2) }
                    guard case .make(let step) = decision else {
                        #expect(proposed.isEmpty)
                        continue
                    }
                    let first = try #require(proposed.first)
                    #expect(step.expected.label == first.label)
                    #expect(step.expected.runsPerCandidate == first.runsPerCandidate)
                    #expect(step.expected.toFraction == first.toFraction)
                    places.insert(first.label)
                }
            }
        }
        #expect(places.count >= 2, "\(places)")
    }

    @Test func nothingIsClearOfACrossingThatIsFeared() throws {
        // Gaps jump from rung to rung around a constant one.
        var feared = 0
        for level in stride(from: 0.01, through: 0.04, by: 0.005) {
            var ladder = Self.ladder(gap: 0, noise: 0, seeds: 1)
            for (rung, jump) in ladder.rungs.indices.map({ ($0, $0 % 2 == 0 ? 0.012 : -0.012) }) {
                ladder.rungs[rung].points[1][0].loss! += level + jump
            }
            let crossover = try #require(try judge(ladder).crossover)
            guard crossover.probabilityBelowTarget >= 0.05, let clear = crossover.noneUpTo else { continue }
            #expect(clear <= 1.05 * ladder.target.scale, "\(crossover)")
            feared += 1
        }
        #expect(feared > 0)
    }

    @Test func noiseAtTheTargetIsNamedAsTheReason() throws {
        // The gap is a hundredth of the seed noise: even known exactly, it would not tell which run has the lower loss.
        let pair = try judge(Self.ladder(gap: 0.002, noise: 0.2, seeds: 100))
        #expect(pair.verdict == .unresolved || pair.verdict == .crossoverRisk)
        #expect(pair.nextRuns.map(\.label) == ["the target, top"] && pair.nextRuns[0].expectedCost == 1)
        #expect(try #require(pair.probabilityWithKnownGap) < 0.6)
        let finding = try #require(pair.findings.first { $0.code == "noNextRun" })
        #expect(finding.message.contains("differ by their seeds"))
    }

    @Test func equalSeedsCountWithTheirCorrelation() throws {
        let ladder = Self.ladder(gap: 0.002, noise: 0.02, shared: 0.9, seeds: 3), until = 0.7
        let pair = try Judge(thresholds: VerdictThresholds()).pairs(ladder, until: until)[0]
        let noise = SeedNoise(
            groups: ladder.rungs.flatMap { rung in
                rung.points.enumerated().map {
                    SeedGroup(candidate: $0, scale: rung.scale, losses: $1.compactMap(\.loss))
                }
            })
        let rungs = zip(ladder.rungs, pair.rungGaps).map { rung, gap in
            let sigmaA = noise.sigma(at: rung.scale, candidate: 0), sigmaB = noise.sigma(at: rung.scale, candidate: 1)
            return GapRung(
                scale: rung.scale, lossesA: rung.points[0].compactMap(\.loss),
                lossesB: rung.points[1].compactMap(\.loss),
                sigmaA: sigmaA, sigmaB: sigmaB, meanCovariance: gap.seedCorrelation.map { $0 * sigmaA * sigmaB / 3 })
        }
        let posterior = try GapModel().posterior(rungs)
        let seen = try pair.nextRuns.filter { $0.scale <= 6.4e13 }.map { run in
            let index = try #require(rungs.firstIndex { $0.scale == run.scale })
            let correlation = try #require(pair.rungGaps[index].seedCorrelation)
            #expect(correlation > 0.5)
            let worth = posterior.value(
                of: PossibleRuns(
                    scale: run.scale, runsA: run.runsPerCandidate, runsB: run.runsPerCandidate,
                    sigmaA: rungs[index].sigmaA, sigmaB: rungs[index].sigmaB, seedCorrelation: correlation),
                at: 6.4e14, sigmaA: noise.sigma(at: 6.4e14, candidate: 0),
                sigmaB: noise.sigma(at: 6.4e14, candidate: 1),
                decisive: until)
            #expect(worth.probabilityDecided == run.probabilityDecided)
            return worth.probabilityRight - run.probabilityRightAfter
        }
        #expect(!seen.isEmpty && seen.allSatisfy { abs($0) < 1e-9 })
    }
}
