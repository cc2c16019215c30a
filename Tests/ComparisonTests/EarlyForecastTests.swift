// What the start of the target's runs adds to a verdict.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct EarlyForecastTests {
    private let judge = Judge(thresholds: VerdictThresholds())

    private func makeSynthetic(_ spread: Double = 0.01, seed: UInt64 = 4) -> SyntheticCurves {
        var generator = SplitMix(seed: seed)
        return SyntheticCurves(spread: spread, using: &generator)
    }

    @Test func thereIsOneOnlyWhileTheTargetIsUnderWay() throws {
        let synthetic = makeSynthetic()
        for (seen, isEarly) in [(0, false), (4, true), (10, false)] {
            let pair = try judge.result(synthetic.ladder(seen: seen)).pairs[0]
            #expect((pair.earlyForecast != nil) == isEarly)
            #expect((pair.observed != nil) == (seen == 10))
        }
        // The prediction from the ladder alone does not use it.
        let blind = try judge.result(synthetic.ladder(seen: 0)).pairs[0]
        let pair = try judge.result(synthetic.ladder(seen: 4)).pairs[0]
        #expect(pair.predicted.gap == blind.gap)
        #expect(pair.gap != blind.gap)
    }

    @Test func itNarrowsAsTheRunsGoOnAndHoldsTheEnd() throws {
        var held = 0, widths: [Double] = []
        for seed in 1...12 {
            let synthetic = makeSynthetic(seed: UInt64(seed))
            let early = try #require(try judge.result(synthetic.ladder(seen: 4)).pairs[0].earlyForecast)
            #expect(early.method == .ladder)
            #expect(abs(early.fraction - 0.4) < 1e-9)
            #expect(early.a.forecastFractions.count == early.a.forecastLosses.median.count)
            #expect(early.a.forecastFractions.last == 1)
            if early.gap.interval90.contains(synthetic.finalGap) { held += 1 }
            let later = try #require(try judge.result(synthetic.ladder(seen: 9)).pairs[0].earlyForecast)
            widths.append(
                (later.gap.interval90.upper - later.gap.interval90.lower)
                    / (early.gap.interval90.upper - early.gap.interval90.lower))
            #expect((early.probabilityABetter > 0.5) == (early.gap.point > 0))
        }
        #expect(held >= 9)
        #expect(widths.sorted()[6] < 0.6)
    }

    @Test func theVerdictRestsOnBoth() throws {
        // The ladder alone cannot decide; the curves can.
        let candidates = try (1...40).map { makeSynthetic(0.006, seed: UInt64($0)) }.filter { synthetic in
            let pair = try judge.result(synthetic.ladder(seen: 0)).pairs[0]
            return abs(pair.probabilityABetter! - 0.5) < 0.45 && abs(synthetic.finalGap) > 0.006
        }
        let synthetic = try #require(candidates.first)
        let pair = try judge.result(synthetic.ladder(seen: 9)).pairs[0]
        #expect(pair.verdict == (synthetic.finalGap > 0 ? .aBetter : .bBetter))
        let width = { (estimate: Estimate?) in estimate.map { $0.interval90.upper - $0.interval90.lower } ?? .infinity }
        #expect(width(pair.gap) < width(pair.predicted.gap) / 2)
    }

    @Test func withoutCurvesOfRungsEachRunSpeaksForItself() throws {
        var ladder = makeSynthetic(0.2).ladder(seen: 6)
        for rung in ladder.rungs.indices {
            for arm in 0...1 {
                for point in ladder.rungs[rung].points[arm].indices {
                    ladder.rungs[rung].points[arm][point].curve = nil
                }
            }
        }
        let early = try #require(try judge.result(ladder).pairs[0].earlyForecast)
        #expect(early.method == .ownCurve)
        #expect(early.a.forecastFractions.isEmpty)
        #expect(early.gap.interval90.upper - early.gap.interval90.lower > 0.05)
    }

    @Test func curvesOfEqualSeedsAreLaidSideBySide() throws {
        func without(_ seed: String, arms: [Int]) throws -> EarlyForecast {
            var ladder = makeSynthetic().ladder(seen: 4)
            for rung in ladder.rungs.indices {
                for arm in arms { ladder.rungs[rung].points[arm].removeAll { $0.seed == seed } }
            }
            return try #require(try judge.result(ladder).pairs[0].earlyForecast)
        }
        // A seed that only one of them has says nothing about their ratio.
        let one = try without("0", arms: [0]), both = try without("0", arms: [0, 1])
        #expect(one.gap == both.gap && one.probabilityABetter == both.probabilityABetter)
        #expect(try without("2", arms: [0, 1]).gap != both.gap)
    }

    @Test func onlyWhatWasDecidedWasStoppedEarly() throws {
        var record = RunRecord()
        record.fold(.evaluation(.init(step: 5, tokens: 40, natsPerToken: 3, standardError: nil, sequences: 4)))
        for (status, isStopped) in [(RunStatus.stoppedEarly, true), (.paused, false)] {
            record.fold(.end(.init(status: status, step: 5, tokens: 40, seconds: 1)))
            #expect(record.isWaiting && !record.isFinished)
            // A paused run goes on, so each interim analysis of it is one of many.
            #expect(RunCurve(record, tokens: 80)?.wasStoppedEarly == isStopped)
        }
        #expect(record.upTo(step: 4).evaluations.isEmpty && !record.upTo(step: 4).isWaiting)
    }

    @Test func aFinishedRunStandsForItself() throws {
        let synthetic = makeSynthetic()
        var ladder = synthetic.ladder(seen: 5)
        ladder.begun[0] = synthetic.ladder(seen: 10).begun[0]
        ladder.target.points[0] = synthetic.ladder(seen: 10).target.points[0]
        let early = try #require(try judge.result(ladder).pairs[0].earlyForecast)
        #expect(early.a.fraction == 1 && early.b.fraction == 0.5 && early.fraction == 0.5)
        #expect(early.a.finalLoss.interval90.upper - early.a.finalLoss.interval90.lower < 1e-6)
    }

    @Test func theLastPointIsOnTheSameSequencesAsTheOthers() throws {
        var record = RunRecord()
        for (step, losses) in [(5, [3.0, 3.2]), (10, [2.0, 2.2, 5, 5])] {
            record.fold(
                .evaluation(
                    .init(
                        step: step, tokens: step * 8, natsPerToken: losses.mean, standardError: nil,
                        sequences: losses.count, sequenceNatsPerToken: step == 10 ? losses : nil)))
        }
        record.fold(.end(.init(status: .completed, step: 10, tokens: 80, seconds: 1)))
        let curve = try #require(RunCurve(record, tokens: 80))
        #expect(
            curve.curve.progress == [0.5, 1] && zip(curve.curve.losses, [3.1, 2.1]).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(curve.finalLoss == 3.55)
        record.fold(.end(.init(status: .diverged, step: 10, tokens: 80, seconds: 1)))
        #expect(RunCurve(record, tokens: 80) == nil)
    }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
