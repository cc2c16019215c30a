// What a reader must know before trusting a verdict. A new check needs one function here and one row in `all`.

import Foundation
package import ScalebenchCore
import ScalingLaws

/// Every check that a verdict goes through.
package enum Checks {
    /// The checks, in the order in which a reader meets their findings.
    static let all: [@Sendable (PairLadder, PairResult) -> [Finding]] = [
        divergence, pooledOverSettings, sharedRungs, sharedTrunk, noisyArms, noReplicates, unequalCompute, farTarget,
        farTokens, fewRungs, missedPrediction, smallValidation, missingMultiplier, rungsAbove, noNextRun,
    ]

    private static func pooledOverSettings(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard pair.surface != nil else {
            guard !pair.settings.isEmpty else { return [] }
            return [
                Finding(
                    "settingsNotUsed", .warning,
                    "\(pair.a) and \(pair.b) are judged by themselves: the candidates do not show what "
                        + "\(pair.settings.joined(separator: " and ")) does",
                    advice: "give the settings of both, and add members until five have losses at two scales or more")
            ]
        }
        return [
            Finding(
                "pooledOverSettings", .note,
                "\(pair.a) and \(pair.b) are members of one family; their gap is forecast from the losses of all of its "
                    + "members over \(pair.settings.joined(separator: " and "))",
                advice: "the valley of the family shows where its best setting is, and how it moves with scale")
        ]
    }

    /// A recipe that is tuned on a small rung and copied to the target loses for that reason alone.
    static func untuned(_ family: FamilyResult, margin: Double) -> [Finding] {
        guard let copied = family.copied, copied.isDriftKnown, copied.cost > margin else { return [] }
        let values = zip(family.settings, copied.values).map { "\($0) \(Quantity.significant($1))" }
        return [
            Finding(
                "untuned", .warning,
                "the best settings move with scale: those of \(copied.label) (\(values.joined(separator: ", "))) would give "
                    + "away \(Quantity.significant(100 * copied.cost)) % of the loss at the target",
                advice: "use the best settings that are forecast for the target, or a scaling rule with the drift above"
            )
        ]
    }

    static func identicalCandidates(_ pair: PairLadder) -> Finding {
        Finding(
            "identicalArms", .warning,
            "\(pair.a) and \(pair.b) gave the same runs, to the last bit, at every scale of the ladder",
            advice: "the options in which they differ have no effect on this ladder: change them, or the ladder")
    }

    /// One pair of several cannot be judged; `error` is the error that a single pair would have ended with.
    static func notJudged(_ error: ScalebenchError) -> Finding {
        Finding("notJudged", .warning, error.message, advice: error.hint ?? "train both at more rungs below the target")
    }

    /// Warns of runs longer than one pass over the data, because conclusions about regularisation flip there.
    package static func repeatedTokens(_ coverage: CompareResult.Coverage) -> [Finding] {
        guard coverage.repeatedShare > 0 else { return [] }
        return [
            Finding(
                "repeatedTokens", .warning,
                "one run or more goes through the training data \(Quantity.significant(coverage.passes)) times, "
                    + "and \(Quantity.significant(100 * coverage.repeatedShare)) % of its sequences are repeated: this is "
                    + "not one-pass training",
                advice:
                    "where this is not what you ask about, use a larger data set or fewer tokens per rung: regularisers that "
                    + "do nothing in one pass may help here"
            )
        ]
    }

    /// One finding per reason why runs failed; these runs are missing from every number.
    package static func failedRuns(_ plan: ComparisonPlan, reasons: [RunID: String]) -> [Finding] {
        struct Group {
            var message: Substring
            var reason: Substring
            var runs: [String]
        }
        var groups: [Group] = []
        for run in plan.runs {
            // The first line says what went wrong, "place: message"; the rest quotes the trainer.
            guard let reason = reasons[run.id]?.split(separator: "\n").first else { continue }
            let message = reason.firstRange(of: ": ").map { reason[$0.upperBound...] } ?? reason
            let names = run.candidates.map { plan.candidates[$0].name }.joined(separator: " = ")
            let text = "\(names) at \(plan.label(of: run.place)), seed \(run.spec.seed)"
            if let index = groups.firstIndex(where: { $0.message == message }) {
                groups[index].runs.append(text)
            } else {
                groups.append(Group(message: message, reason: reason, runs: [text]))
            }
        }
        return groups.map { group in
            let others = group.runs.count > 1 ? " and \(group.runs.count - 1) more" : ""
            return Finding(
                "runsFailed", .warning, "\(group.runs[0])\(others) failed: \(group.reason)",
                advice: "remove the cause and give the same command again; finished runs are kept")
        }
    }

    /// One finding per candidate that was stopped because its runs failed alike.
    /// - Parameter failedAlike: by candidate, the number of runs that failed alike.
    package static func unstartedRuns(
        _ plan: ComparisonPlan, unstarted: Set<RunID>, failedAlike: [Int]
    ) -> [Finding] {
        plan.candidates.indices.compactMap { index in
            let count = plan.runs.count { unstarted.contains($0.id) && $0.candidates.contains(index) }
            guard count > 0 else { return nil }
            let verb = count == 1 ? "was" : "were"
            return Finding(
                "runsNotStarted", .warning,
                "\(plan.candidates[index].name): \(failedAlike[index]) runs failed alike; \(count) more \(verb) not started",
                advice: "remove the cause and give the same command again; it starts these runs too")
        }
    }

    /// Runs whose loss no model reaches: one finding that names the first of them.
    package static func impossibleLosses(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> [Finding] {
        let runs = plan.runs.filter { records[$0.id]?.hasImpossibleLoss == true }
        guard let first = runs.first else { return [] }
        let names = first.candidates.map { plan.candidates[$0].name }.joined(separator: " = ")
        let others = runs.count > 1 ? " and \(runs.count - 1) more" : ""
        return [
            Finding(
                "impossibleLoss", .warning,
                "\(names) at \(plan.label(of: first.place)), seed \(first.spec.seed)\(others) ended with a loss of zero or less, "
                    + "which no model reaches: these runs take no part",
                advice:
                    "check the data: fully predictable validation text, such as constant text, shows no difference")
        ]
    }

    private static func divergence(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        (pair.rungs + [pair.target]).flatMap { here in
            [(pair.a, here.a), (pair.b, here.b)].compactMap { name, points in
                let count = points.filter(\.diverged).count
                guard count > 0 else { return nil }
                return Finding(
                    "diverged", .warning, "\(name): \(count) of \(points.count) runs diverged at \(here.rung.label)",
                    advice: count == points.count
                        ? "gaps there are null; lower the learning rate or warm up longer to compare losses at this scale"
                        : "the losses there are those of the runs that survived; lower the learning rate or warm up longer"
                )
            }
        }
    }

    private static func sharedRungs(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        let shared = (pair.rungs + [pair.target]).filter(\.sharesRuns).map(\.rung.label)
        guard !shared.isEmpty else { return [] }
        return [
            Finding(
                "sharedRungs", .note,
                "both candidates gave the same runs, to the last bit, at \(shared.joined(separator: ", ")): the gap there is zero",
                advice: "you need not act, but such a rung does not show which candidate is better")
        ]
    }

    private static func noisyArms(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        pair.oddNoise.map { name, label, ratio in
            Finding(
                "noisyArms", .warning,
                "\(name) is \(Quantity.significant(ratio, digits: 2)) times as noisy as the ladder's other runs at \(label)",
                advice: ratio > 1
                    ? "it may be near its stability limit there: add seeds at this rung, or lower its learning rate; where its "
                        + "repeats were made at different times, check that nothing else changed between them"
                    : "its noise was not pooled there; add seeds at this rung to be sure of it")
        }
    }

    private static func noReplicates(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard pair.noise.pooled.replicatedGroups == 0 else { return [] }
        return [
            Finding(
                "noReplicates", .note, "no scale has two seeds of one candidate: seed noise is unknown",
                advice: "the verdict allows for the noise of public ladders instead; add seeds at the smallest rungs")
        ]
    }

    private static func unequalCompute(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard let worst = pair.computeRatios.max(by: { abs(log($0.ratio)) < abs(log($1.ratio)) }),
            abs(log(worst.ratio)) > log(1.02)
        else { return [] }
        let percent = (worst.ratio - 1) * 100
        return [
            Finding(
                "unequalCompute", .warning,
                "\(pair.b) spends \(Quantity.fixed(percent, decimals: 1, isSigned: true)) % FLOPs compared with \(pair.a) at \(worst.label)",
                advice:
                    "give both the same FLOPs per rung (mlpRatio, heads); gaps are at equal rungs, not at equal FLOPs")
        ]
    }

    private static func farTarget(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard result.observed == nil, let top = pair.rungs.last(where: { !$0.a.isEmpty && !$0.b.isEmpty }) else {
            return []
        }
        let lever = pair.targetScale / top.rung.scale
        guard lever > 30 else { return [] }
        return [
            Finding(
                "farTarget", .warning,
                "the target is at \(Quantity.short(lever)) times the scale of the top common rung; the method was "
                    + "scored up to 30 times",
                advice: "add a rung nearer to the target")
        ]
    }

    private static func farTokens(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard let line = pair.tokenLine else { return [] }
        guard let tokens = pair.target.rung.tokens else {
            guard line.isBent else { return [] }
            let usual = Quantity.short(line.tokens(at: pair.targetScale))
            return [
                Finding(
                    "targetTokensUnknown", .warning,
                    "runs of nearly equal FLOPs differ in their tokens, and the target's are not known: the target "
                        + "is judged at \(usual) tokens, on the trend of the ladder",
                    advice: "say how long the target is trained: --target-tokens")
            ]
        }
        let target = line.offset(scale: pair.targetScale, tokens: tokens)
        let beyond = max(target - line.offsets.upperBound, line.offsets.lowerBound - target)
        guard beyond > log10(2) else { return [] }
        let times = Quantity.significant(pow(10, beyond), digits: 2)
        return [
            Finding(
                "farTokens", .warning,
                "for its FLOPs the target is trained on \(times) times \(target > 0 ? "more" : "fewer") tokens than any rung",
                advice: "add a rung with about as many tokens per parameter as the target")
        ]
    }

    private static func fewRungs(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        let count = pair.ladderRungs.count
        guard count < 3 else { return [] }
        return [
            Finding(
                "fewRungs", .warning,
                "the pair has only \(Quantity.count(count, "common rung")) below the target: a trend cannot be told "
                    + "from noise",
                advice: "add a rung")
        ]
    }

    private static func missedPrediction(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard let gap = result.observed?.gap, let interval = result.predicted.gap?.interval90, !interval.contains(gap)
        else { return [] }
        return [
            Finding(
                "missedPrediction", .warning,
                "the observed gap lies outside the 90 % interval predicted from the ladder",
                advice:
                    "something changed between the top rung and the target (stability, schedule): add a rung between them"
            )
        ]
    }

    private static func smallValidation(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard let gap = result.observed?.gap, let error = result.observed?.evaluationStandardError,
            abs(gap) < 2 * error
        else { return [] }
        return [
            Finding(
                "smallValidation", .warning, "the observed gap is within two standard errors of the validation set",
                advice: "raise evaluation.sequences in the suite")
        ]
    }

    private static func rungsAbove(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard !pair.rungsAbove.isEmpty else { return [] }
        return [
            Finding(
                "rungsAboveTarget", .warning,
                "runs of the target's scale or above take no part: \(pair.rungsAbove.joined(separator: ", "))",
                advice: "check --target-scale; to use them, ask for a larger target")
        ]
    }

    private static func noNextRun(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard [.unresolved, .crossoverRisk].contains(result.verdict),
            !result.nextRuns.contains(where: \.isWorthMaking),
            let probability = result.probabilityABetter, let atBest = result.probabilityWithKnownGap
        else { return [] }
        let more =
            result.observed != nil
            ? "up to eight more runs of each at any one scale are not expected to decide"
            : "no smaller runs are expected to decide at less cost than the target"
        // Seed noise is the reason where it takes more from certainty than knowing the expected gap would add.
        guard 1 - atBest > atBest - max(probability, 1 - probability) else {
            let advice =
                if result.observed != nil {
                    "repeat the target with other seeds (--first-seed), or choose by the expected regret"
                } else if result.earlyForecast != nil {
                    "let the runs at the target go on, or choose by the expected regret"
                } else { "train both at the target, or choose by the expected regret" }
            return [Finding("noNextRun", .note, more, advice: advice)]
        }
        return [
            Finding(
                "noNextRun", .note,
                "\(more), and single runs at the target differ by their seeds: were the expected gap there known "
                    + "exactly, the better one of two runs would still be named with probability "
                    + "\(Quantity.significant(100 * atBest, digits: 2)) % only",
                advice: "choose by the expected regret")
        ]
    }

    private static func missingMultiplier(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        guard result.computeMultiplier == nil, result.gap != nil else { return [] }
        let onParameters = pair.axis == .parameters
        return [
            Finding(
                "noComputeMultiplier", .note,
                onParameters
                    ? "there is no compute multiplier: the axis counts parameters alone"
                    : "there is no compute multiplier: the loss of \(pair.b) is not known to fall at the target",
                advice: onParameters ? "give FLOPs or tokens (--axis flops)" : "add a rung near the target")
        ]
    }
}
