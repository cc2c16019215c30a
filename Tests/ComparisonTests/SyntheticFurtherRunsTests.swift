// Runs that are added until a candidate wins: the winners named in the end are right as often as they claim, although
// the results decided when to stop.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct SyntheticFurtherRunsTests {
    private struct Outcome: Sendable {
        var wasDecided: Bool
        var isDecided: Bool
        /// Whether the named winner is right; nil where none was named.
        var isRight: Bool?
        var spent: Double
        /// The chance to decide that was expected of a step at the target, and whether it did.
        var atTarget: (expected: Double, isDecided: Bool)?
    }

    private static let scales = [1e12, 4e12, 1.6e13, 6.4e13], target = 6.4e14

    /// A pair whose gaps are drawn from the priors, with seeds that scatter around them.
    private struct Pair {
        var means: [[Double]]
        var generator: SplitMix
        var ladder: Ladder
        /// Share of the noise's variance that equal seeds have in common.
        let shared: Double

        init(seed: UInt64, shared: Double = 0) {
            self.shared = shared
            generator = SplitMix(seed: seed)
            // Gaps are small, since large ones leave nothing to decide.
            let (rungs, target) = PriorDraw().ladder(
                scales: scales, target: SyntheticFurtherRunsTests.target,
                centre: { 1.6 + 1.4 * pow($0 / 1e12, -0.1) }, gap: 0.006 * generator.normal(), using: &generator)
            means = (rungs + [target]).map { [$0.lossesA[0], $0.lossesB[0]] }
            ladder = Ladder(
                axis: .flops, candidates: ["a", "b"],
                rungs: scales.enumerated().map { index, scale in
                    LadderRung(label: "rung \(index)", scale: scale, flops: scale, points: [[], []])
                },
                target: LadderRung(
                    label: "target", scale: SyntheticFurtherRunsTests.target, flops: SyntheticFurtherRunsTests.target,
                    points: [[], []]))
            // Seeds at the rungs and runs at the target are what these tests play.
            ladder.newRung = nil
            for (index, seeds) in [4, 3, 2, 2].enumerated() { add(seeds, at: .rung(index)) }
        }

        mutating func add(_ count: Int, at place: LadderPlace) {
            for _ in 0..<count {
                let number = generator.next(), common = generator.normal()
                for arm in 0...1 {
                    let point = ScalingPoint(
                        seed: "\(number)", loss: loss(place, arm, common), runID: RunID(rawValue: "\(arm) \(number)"))
                    switch place {
                    case .rung(let index): ladder.rungs[index].points[arm].append(point)
                    case .target: ladder.target.points[arm].append(point)
                    }
                }
            }
        }

        /// The loss of one run; its noise falls with scale, and hides the smallest gaps.
        mutating func loss(_ place: LadderPlace, _ arm: Int, _ common: Double = 0) -> Double {
            let own = shared.squareRoot() * common + (1 - shared).squareRoot() * generator.normal()
            let index = if case .rung(let index) = place { index } else { SyntheticFurtherRunsTests.scales.count }
            return means[index][arm] * (1 + 0.006 * pow(2, -Double(index)) * own)
        }
    }

    /// - Parameters:
    ///   - until: the probability that a winner is to reach.
    ///   - includesTarget: whether a step can be at the target; else it can only be at a rung.
    private static func play(
        _ seed: UInt64, _ judge: Judge, shared: Double = 0, until: Double = 0.95, includesTarget: Bool = true
    ) throws -> Outcome {
        var pair = Pair(seed: seed, shared: shared), spent = 0.0
        let budget = 6 * target
        let before = try judge.verdict(pair.ladder, b: 1)
        var isDecided = false
        var expected: Double?, atTarget: (Double, Bool)?
        steps: while true {
            let choice = try judge.nextDecision(
                pair.ladder, until: until, budget: budget - spent,
                includesTarget: includesTarget
            ) { place, candidates, runs in
                let flops = if case .rung(let index) = place { scales[index] } else { target }
                return flops * Double(runs.runsPerCandidate * candidates.count)
            }
            if let chance = expected { atTarget = (chance, choice.outcome == .decided) }
            expected = nil
            switch choice {
            case .make(let step):
                if step.place == .target { expected = step.expected.probabilityDecided }
                spent += step.cost
                pair.add(step.expected.runsPerCandidate, at: step.place)
            case .decided:
                isDecided = true
                break steps
            case .unaffordable, .nothingHelps: break steps
            }
        }
        let verdict = try judge.verdict(pair.ladder, b: 1)
        let gap = pair.loss(.target, 1) - pair.loss(.target, 0)
        let isRight: Bool? =
            switch verdict {
            case .aBetter: gap > 0
            case .bBetter: gap < 0
            default: nil
            }
        return Outcome(
            wasDecided: [.aBetter, .bBetter, .equivalent].contains(before), isDecided: isDecided, isRight: isRight,
            spent: spent / budget, atTarget: atTarget)
    }

    @Test func winnersOfAnAdaptiveLadderAreRightAsOftenAsTheyClaim() throws {
        let judge = Judge(thresholds: VerdictThresholds())
        let count = SyntheticPairs.count(80)
        let outcomes = inParallel(count) { try? Self.play(500 + UInt64($0), judge) }.compactMap { $0 }
        #expect(outcomes.count == count)
        let named = outcomes.compactMap(\.isRight)
        let wrong = Double(named.filter { !$0 }.count), claims = Double(named.count)
        #expect(claims > 25)
        #expect(wrong <= 0.05 * claims + 3 * (0.05 * 0.95 * claims).squareRoot())
        // The runs were worth making, and stayed within the budget.
        #expect(outcomes.filter(\.isDecided).count > outcomes.filter(\.wasDecided).count + 10)
        #expect(outcomes.allSatisfy { $0.spent <= 1 })
        // The target decided as often as was expected of it.
        let targets = outcomes.compactMap(\.atTarget)
        let hoped = targets.reduce(0) { $0 + $1.expected }
        let spread = targets.reduce(0) { $0 + $1.expected * (1 - $1.expected) }.squareRoot()
        SyntheticPairs.report(
            "further runs: \(outcomes.filter(\.wasDecided).count) of \(count) pairs decided before, "
                + "\(outcomes.filter(\.isDecided).count) after; \(named.count) winners, \(Int(wrong)) wrong; target decided "
                + "\(targets.filter(\.isDecided).count) of \(targets.count) times, \(hoped) expected")
        #expect(targets.count > 10)
        #expect(abs(Double(targets.filter(\.isDecided).count) - hoped) < 3 * spread + 1)
    }

    @Test func equalSeedsThatMoveTogetherCostLess() throws {
        let judge = Judge(thresholds: VerdictThresholds())
        // Steps are at rungs alone, since runs at the target are never paired.
        let played = [0, 0.95].map { shared in
            inParallel(80) { index in
                try? Self.play(900 + UInt64(index), judge, shared: shared, until: 0.8, includesTarget: false)
            }.compactMap { $0 }
        }
        let spent = played.map { $0.reduce(0) { $0 + $1.spent } }, decided = played.map { $0.count { $0.isDecided } }
        #expect(spent[1] < 0.8 * spent[0], "\(spent)")
        // Few of these pairs are decided below the target at all.
        #expect(decided[1] + 2 >= decided[0], "\(decided)")
    }

    /// A pair that is trained along the target's schedule until it is decided.
    private struct Walk: Sendable {
        var isDecided: Bool
        var isRight: Bool?
        /// Fraction of both schedules that was trained.
        var trained: Double
    }

    /// - Parameter shares: the fractions of the schedule at which a step may end.
    private static func walk(_ seed: UInt64, _ judge: Judge, shares: [Double]) throws -> Walk {
        var generator = SplitMix(seed: seed)
        let synthetic = SyntheticCurves(spread: 0.01, using: &generator)
        func ladder(_ share: Double) -> Ladder {
            var ladder = synthetic.ladder(seen: Int((share * Double(synthetic.points)).rounded()))
            ladder.targetFractions = shares
            return ladder
        }
        var walk = Walk(isDecided: false, trained: 0)
        while true {
            let seen = walk.trained
            let choice = try judge.nextDecision(
                ladder(seen), until: 0.95, budget: 2, includesTarget: true
            ) { place, _, runs in
                place == .target ? 2 * (runs.toFraction - runs.fromFraction) : nil
            }
            guard case .make(let step) = choice else {
                walk.isDecided = choice.outcome == .decided
                break
            }
            #expect(
                abs(step.expected.fromFraction - seen) < 1e-9
                    && abs(step.cost - 2 * (step.expected.toFraction - seen)) < 1e-9
            )
            walk.trained = step.expected.toFraction
        }
        let verdict = try judge.verdict(ladder(walk.trained), b: 1)
        switch verdict {
        case .aBetter: walk.isRight = synthetic.finalGap > 0
        case .bBetter: walk.isRight = synthetic.finalGap < 0
        default: break
        }
        return walk
    }

    @Test func theStartOfTheTargetIsAChoice() throws {
        let judge = Judge(thresholds: VerdictThresholds()), count = SyntheticPairs.count(60)
        let played = [[0.1, 0.2, 0.3, 0.5, 0.7, 1], [1]].map { shares in
            inParallel(count) { index in try? Self.walk(300 + UInt64(index), judge, shares: shares) }.compactMap { $0 }
        }
        let parts = played[0], wholes = played[1]
        #expect(parts.count == count && wholes.count == count)
        let named = parts.compactMap(\.isRight), wrong = Double(named.filter { !$0 }.count)
        #expect(named.count > 30)
        #expect(wrong <= 0.05 * Double(named.count) + 1)
        // As many pairs are decided as by whole runs, for less: if the start does not decide, the rest can be trained.
        let decided = { (walks: [Walk]) in walks.count { $0.isDecided } }
        #expect(abs(decided(parts) - decided(wholes)) <= 1 + count / 60 && decided(parts) > 30)
        let trained = { (walks: [Walk]) in walks.reduce(0) { $0 + $1.trained } }
        let partly = parts.count { $0.isDecided && $0.trained > 0 && $0.trained < 1 }
        SyntheticPairs.report(
            "parts of the target: \(decided(parts)) of \(count) pairs decided, \(decided(wholes)) by whole runs; \(partly) "
                + "before the end; \(named.count) winners, \(Int(wrong)) wrong; "
                + "\(trained(parts)) of \(trained(wholes)) schedules trained")
        #expect(trained(parts) < 0.9 * trained(wholes), "\(trained(parts)) \(trained(wholes))")
        #expect(partly > 5)
    }

    @Test func budgetsAreRead() {
        #expect(Budget("90s") == .seconds(90) && Budget("2h") == .seconds(7200) && Budget("1.5d") == .seconds(129_600))
        #expect(Budget("3e15") == .flops(3e15) && Budget("20m") == .seconds(1200))
        for text in ["", "h", "-2h", "0", "nan", "inf", "2 weeks", "2hh", "1e999"] { #expect(Budget(text) == nil) }
    }
}
