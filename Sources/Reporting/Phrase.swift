// How numbers and verdicts are worded, the same in every renderer.

package import Comparison
import Foundation
import ScalebenchCore
package import ScalingLaws

/// Words for numbers and verdicts.
package enum Phrase {
    /// `3.4120`: a loss with four decimals; `0.000534` or `5.34 × 10⁻⁶` where these do not suit its size.
    package static func loss(_ value: Double) -> String {
        switch abs(value) {
        case 0, 1e-3..<1e5: Quantity.fixed(value, decimals: 4)
        case 1e-5..<1e-3: Quantity.significant(value)
        default: Quantity.scientific(value, digits: 4)
        }
    }

    /// `+0.0312`: a gap always shows its sign.
    package static func gap(_ value: Double) -> String {
        guard abs(value) >= 1e5 else { return Quantity.fixed(value, decimals: 4, isSigned: true) }
        return (value > 0 ? "+" : "") + Quantity.scientific(value, digits: 4)
    }

    /// `0.0282`, `< 0.0001`: what a choice is expected to lose.
    static func regret(_ value: Double) -> String {
        value > 0 && value < 0.00005 ? "< 0.0001" : Quantity.fixed(value, decimals: 4)
    }

    /// `97 %`, `> 99.9 %`: a probability, never rounded to certainty.
    package static func percent(_ probability: Double) -> String {
        switch probability {
        case 0.999...: "> 99.9 %"
        case ..<0.001: "< 0.1 %"
        case 0.9..., ..<0.1: String(format: "%.1f %%", probability * 100)
        default: String(format: "%.0f %%", probability * 100)
        }
    }

    /// `3.412 [3.401, 3.423]`; the bare number where there is no interval, a dash where there is neither.
    package static func interval(
        _ estimate: Estimate?, or bare: Double? = nil, _ number: (Double) -> String
    ) -> String {
        guard let estimate else { return bare.map(number) ?? "–" }
        return "\(number(estimate.point)) [\(number(estimate.interval90.lower)), \(number(estimate.interval90.upper))]"
    }

    package static func multiplier(_ value: Double) -> String {
        value >= 1000 ? "> 1000" : Quantity.significant(value)
    }

    /// The verdict in words: `inverse-width wins`, `unresolved`.
    package static func verdict(_ pair: PairResult) -> String {
        switch pair.verdict {
        case .aBetter: "\(SafeText.line(pair.a, limit: 40)) wins"
        case .bBetter: "\(SafeText.line(pair.b, limit: 40)) wins"
        default: verdict(pair.verdict)
        }
    }

    /// The same where A and B stand for the two names: `B is better`.
    static func verdict(_ verdict: Verdict) -> String {
        switch verdict {
        case .aBetter: "A is better"
        case .bBetter: "B is better"
        case .equivalent: "equivalent"
        case .crossoverRisk: "crossover risk"
        case .unresolved: "unresolved"
        }
    }

    /// The verdict as one plain sentence, with its numbers.
    package static func sentence(_ pair: PairResult, unit: String) -> String {
        let claim = claim(pair)
        switch pair.verdict {
        case .aBetter where pair.gap != nil: return claim.dropLast() + evidence(pair, pair.probabilityABetter, unit)
        case .bBetter where pair.gap != nil:
            return claim.dropLast() + evidence(pair, pair.probabilityABetter.map { 1 - $0 }, unit)
        default: return claim
        }
    }

    /// What holds, as one plain sentence.
    static func claim(_ pair: PairResult) -> String {
        let a = SafeText.line(pair.a), b = SafeText.line(pair.b)
        let tense = pair.observed == nil ? "will be" : "is", end = pair.gap == nil ? ": the other one diverged." : "."
        switch pair.verdict {
        case .aBetter: return "\(a) \(tense) better than \(b) at the target\(end)"
        case .bBetter: return "\(b) \(tense) better than \(a) at the target\(end)"
        case .equivalent:
            return
                "\(a) and \(b) \(pair.observed == nil ? "will be" : "are") equivalent at the target: the gap is too small to matter."
        case .crossoverRisk:
            let risk = pair.predicted.probabilitySignChanges.map { " (probability \(percent($0)))" } ?? ""
            return "No winner yet: the order of \(a) and \(b) may change between the top rung and the target\(risk)."
        case .unresolved where pair.findings.contains { $0.code == "notJudged" }:
            return "Unresolved: \(a) and \(b) have too little in common to be judged."
        case .unresolved where pair.gap == nil: return "Unresolved: both \(a) and \(b) diverged."
        case .unresolved:
            let leader = (pair.probabilityABetter ?? 0.5) >= 0.5 ? a : b
            let probability = pair.probabilityABetter.map { max($0, 1 - $0) }
            return "Unresolved: \(leader) leads, but only with probability \(probability.map(percent) ?? "–")."
        }
    }

    private static func evidence(_ pair: PairResult, _ probability: Double?, _ unit: String) -> String {
        var parts: [String] = []
        if let probability { parts.append("probability \(percent(probability))") }
        if let gap = pair.expectedGap {
            parts.append("expected gap \(interval(gap, self.gap))\(unit)")
        }
        return parts.isEmpty ? "." : ": " + parts.joined(separator: ", ") + "."
    }

    /// The unit of losses, after a space; empty where the table of runs does not say.
    package static func unit(_ result: CompareResult) -> String {
        result.suite == nil ? "" : " nats/token"
    }

    /// What the losses of a table are; nil for plain losses.
    package static func metric(_ result: CompareResult) -> String? {
        guard let input = result.input, input.metric != "loss" || input.isMaximized else { return nil }
        return "Metric: \(SafeText.line(input.metric))"
            + (input.isMaximized ? "; every loss is \(input.loss.replacing("-", with: "−"))" : "")
    }

    /// How rungs were predicted from those below them; nil where none could be.
    package static func methodOnThisLadder(_ rows: [RungCheck]) -> String? {
        guard !rows.isEmpty else { return nil }
        let right = rows.filter { $0.probabilityOfWinner > 0.5 }.count
        let held = rows.filter { $0.predictedGap.interval90.contains($0.observedGap) }.count
        let surprise = rows.first { $0.probabilityOfWinner < 0.05 }.map {
            "; at \(SafeText.line($0.label)) the winner had been given a probability of \(percent($0.probabilityOfWinner))"
        }
        return
            "this method on this ladder, rungs predicted from those below: winner right at \(right) of \(rows.count), "
            + "gap inside its 90 % interval at \(held) of \(rows.count)\(surprise ?? "")"
    }

    /// `40 %` of a schedule.
    static func share(_ fraction: Double) -> String { "\(Int((100 * fraction).rounded())) %" }

    /// The forecast that the curves of two unfinished runs give by themselves.
    static func early(_ early: EarlyForecast) -> String {
        let leader = early.probabilityABetter >= 0.5 ? early.a : early.b
        return
            "the first \(share(early.fraction)) of these two runs alone forecast a gap of \(interval(early.gap, gap)); "
            + "\(SafeText.line(leader.candidate, limit: 40)) ends lower with probability "
            + percent(max(early.probabilityABetter, 1 - early.probabilityABetter))
    }

    /// Names the runs that were stopped early, and says what that saved.
    static func stoppedEarly(_ stopped: StoppedEarly, candidates: [String]) -> String {
        let runs = stopped.runs.map { run in
            run.candidates.map { SafeText.line(candidates[$0], limit: 40) }.joined(separator: " = ")
                + " after \(share(run.fraction))"
        }
        let time = stopped.secondsSaved.map { " and \(Quantity.duration($0)) of core time" } ?? ""
        return
            "Stopped early at the target: \(runs.joined(separator: ", ")). Saved \(Quantity.flops(stopped.flopsSaved))"
            + "\(time); --all-rungs trains them to their end."
    }

    /// Says which part of the plan a decision made unnecessary.
    static func notNeeded(_ rest: NotNeeded) -> String {
        "Decided before \(rest.places.joined(separator: " and ")): \(runs(rest.runs)) of \(Quantity.flops(rest.flopsSaved)) "
            + "were not needed; --all-rungs trains them too."
    }

    /// The step that `--budget` takes next.
    package static func furtherRuns(
        _ step: ProposedRun, isAtTarget: Bool, candidates: [String], cost: Double, budget: Budget, spent: Double
    ) -> String {
        let names = candidates.map { SafeText.line($0, limit: 30) }.joined(separator: " and ")
        let what =
            isAtTarget
            ? "\(step.label), of \(names)" : "\(runs(step.runsPerCandidate)) of \(names) each at \(step.label)"
        return
            "next: \(what) (about \(amount(cost, budget))): right winner "
            + "\(percent(step.probabilityRightNow)) → \(percent(step.probabilityRightAfter)), "
            + "chance to decide \(percent(step.probabilityDecided)), "
            + "expected cost \(costShare(step.expectedCost)) of the target's; "
            + "spent \(amount(spent, budget)) of \(amount(budget.amount, budget))"
    }

    static func amount(_ value: Double, _ budget: Budget) -> String {
        if case .seconds = budget { return Quantity.duration(value) }
        return Quantity.flops(value)
    }

    /// The budget for a dry run, which cannot know what the ladder will show.
    package static func furtherRunsToCome(until: Double, budget: Budget, includesTarget: Bool) -> String {
        "up to \(amount(budget.amount, budget)) of further runs, the cheapest way to a decision, until every "
            + "winner has a probability of \(percent(until))"
            + (includesTarget ? "; the target is one of the choices" : "; the target is left untrained")
    }

    /// Says what a budget was spent on, and why no more of it was spent.
    /// - Parameter pairs: the pairs after the last step.
    package static func furtherRuns(_ result: BudgetResult, _ pairs: [PairResult]) -> String {
        let budget: Budget = result.unit == .seconds ? .seconds(result.budget) : .flops(result.budget)
        let steps = result.steps.map { step in
            "\(runs(step.runsPerCandidate)) of \(step.candidates.count == 2 ? "each" : "each of \(step.candidates.count)") "
                + "at \(SafeText.line(step.label))"
        }
        let end =
            switch result.outcome {
            case .decided: "every pair is decided"
            case .budgetSpent: "what would help costs more than is left"
            case .nothingHelps: "no further runs would help" + seedsAtTheTarget(pairs, until: result.until)
            case .failed: "runs failed"
            }
        return
            "Further runs until \(percent(result.until)): \(steps.isEmpty ? "none" : steps.joined(separator: "; ")). "
            + "Spent \(amount(result.spent, budget)) of \(amount(result.budget, budget)); \(end)."
    }

    /// Says why no runs reach `until` where seed noise at the target is the reason; empty elsewhere.
    private static func seedsAtTheTarget(_ pairs: [PairResult], until: Double) -> String {
        guard let atBest = pairs.compactMap(\.probabilityWithKnownGap).min(), atBest < until else { return "" }
        return ": seed noise at the target leaves a winner at most \(percent(atBest))"
    }

    /// `a against b`, `a against 12 others`. There are at least two names, the reference first.
    static func contest(_ names: [String]) -> String {
        let first = SafeText.line(names[0], limit: 40)
        if names.count == 1 { return first }
        return names.count == 2
            ? "\(first) against \(SafeText.line(names[1], limit: 40))" : "\(first) against \(names.count - 1) others"
    }

    /// `1 run`, `3 runs`.
    static func runs(_ count: Int) -> String { Quantity.count(count, "run") }

    /// A sentence about the cheapest way to a decision.
    package static func nextStep(_ next: ProposedRun) -> String {
        let flops = next.flops.map { " (\(Quantity.flops($0)) in all)" } ?? ""
        // More digits are shown than elsewhere, since a few runs add little.
        let percent = { Quantity.significant(100 * $0) + " %" }
        let cost =
            next.expectedCost == 1
            ? "" : "; expected cost until a decision \(costShare(next.expectedCost)) of the target's"
        return
            "Cheapest way to a decision: \(runs(next.runsPerCandidate)) of each at \(SafeText.line(next.label))\(flops): "
            + "probability of naming the right winner \(percent(next.probabilityRightNow)) → "
            + "\(percent(next.probabilityRightAfter)), chance to decide \(Self.percent(next.probabilityDecided))\(cost)."
    }

    /// A cost in percent of the target's cost; unlike a probability it may exceed 100 %.
    static func costShare(_ cost: Double) -> String { Quantity.significant(100 * cost, digits: 2) + " %" }

    /// A sentence for captions where runs of nearly equal FLOPs differ in their tokens; empty elsewhere.
    static func path(_ result: CompareResult) -> String {
        result.tokensVary
            ? " Rungs differ in their tokens too: lines and bands are for runs with about as many tokens for their FLOPs "
                + "as the target; marks lie off them where a rung has more or fewer tokens."
            : ""
    }
}
