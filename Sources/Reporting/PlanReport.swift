// The cost of a compare, before anything is trained.

package import Comparison
import ScalebenchCore

/// Renders a plan for `--dry-run`.
package enum PlanReport {
    /// The plan as a table; `cost` is called once per run, `left` gives the fraction of it that is not in the store.
    package static func render(
        _ plan: ComparisonPlan, workers: Int, cost: (ComparisonPlan.Run) -> RunCost,
        left: (ComparisonPlan.Run) -> Double
    ) -> String {
        var table = TextTable(header: [
            "rung", "runs", "to do", "parameters", "non-embedding", "tokens/run", "FLOPs/run", "core time/run",
            "memory",
            "share of target",
        ])
        let targetFlops = plan.runs(at: { $0 == .target }).map(\.spec.flops).reduce(0, +)
        var ladderFlops = 0.0
        for place in plan.places {
            let runs = plan.runs { $0 == place }
            let toDo = runs.filter { left($0) > 0 }
            let costs = runs.map(cost)
            let flops = plan.ownFlops(of: runs)
            if place != .target { ladderFlops += flops }
            table.add([
                plan.label(of: place) + (place == .target ? " (target)" : ""), String(runs.count), String(toDo.count),
                range(runs.map { Double($0.spec.model.parametersTotal) }),
                range(runs.map { Double($0.spec.model.parametersNonEmbedding) }),
                range(runs.map { Double($0.spec.tokens) }), range(runs.map(\.spec.flops)),
                seconds(costs), costs.compactMap(\.memoryBytes).max().map(Quantity.bytes) ?? "–",
                Phrase.costShare(flops / targetFlops),
            ])
        }
        let total = plan.runs.count { left($0) > 0 }
        let saved = plan.runs.map(\.spec.flops).reduce(0, +) - plan.ownFlops(of: plan.runs)
        let branches = plan.runs.count { plan.ownShare(of: $0) < 1 }
        let trunks =
            branches == 0
            ? ""
            : "\(Quantity.count(branches, "run")) of several token budgets go on from the next smaller budget, which saves "
                + "\(Quantity.flops(saved)).\n"
        return """
            \(SafeText.line(plan.suite.name)) v\(plan.suite.version): \
            \(Phrase.contest(plan.entrantNames))
            \(table.text)
            \(total) of \(plan.runs.count) runs to do, \(time(plan, workers, cost, left)); the ladder costs \(Phrase.costShare(ladderFlops / targetFlops)) of the target's FLOPs.
            \(trunks)
            """
    }

    /// The time of the runs that are to do, and what it is estimated from.
    private static func time(
        _ plan: ComparisonPlan, _ workers: Int, _ cost: (ComparisonPlan.Run) -> RunCost,
        _ left: (ComparisonPlan.Run) -> Double
    ) -> String {
        let toDo = plan.runs.filter { left($0) > 0 }
        let unknown = Set(toDo.filter { cost($0).seconds == nil }.flatMap(\.candidates)).sorted()
        guard unknown.isEmpty else {
            let names = unknown.prefix(3).map { SafeText.line(plan.candidates[$0].name, limit: 40) }
            let others = unknown.count > 3 ? " and \(unknown.count - 3) more" : ""
            return
                "time unknown, as no run with the trainer of \(names.joined(separator: ", "))\(others) has finished yet"
        }
        let seconds = toDo.reduce(0) { $0 + left($1) * (cost($1).seconds ?? 0) }
        let measured = toDo.reduce(into: Set<RunID>()) { $0.formUnion(cost($1).measuredOn) }.count
        let basis =
            measured == 0 ? "" : ", estimated from \(Quantity.count(measured, "finished run")) of the same trainer"
        return "\(Quantity.duration(seconds)) of core time, about "
            + "\(Quantity.duration(seconds / Double(workers))) on \(workers) workers\(basis)"
    }

    /// What weakens the verdict, and what to do about it.
    package static func finding(_ finding: Finding) -> String {
        "! \(SafeText.line(finding.message, limit: 400))\n  → \(SafeText.line(finding.advice, limit: 400))\n"
    }

    /// How sweeps are trained, and what that saves at most.
    package static func sweeps(_ plan: ComparisonPlan) -> String {
        let whole = ComparisonPlan.rungsOfWholeSweep
        guard plan.suite.rungs.count > whole else { return "Every member of a sweep is trained at every rung." }
        let seeds = plan.suite.rungs.dropFirst(whole).map(\.seeds).max() ?? 1
        let more = seeds > 1 ? ", with up to \(Quantity.count(seeds, "seed")) where several can" : ""
        return
            "This is the whole sweep: every member at every rung. Above \(plan.label(of: .rung(whole - 1))) only members that can "
            + "still be the best are trained, three at least\(more); at the target, the one that is forecast to be the best."
    }

    /// Where the ladder pauses, and what a decision is expected to cost.
    package static func stages(_ plan: ComparisonPlan, _ costs: [ExpectedCost]) -> String {
        let ends = plan.stages.map { plan.label(of: .rung($0.upperBound - 1)) }
        let expected = costs.map { cost in
            "\(Phrase.costShare(cost.cost)) if they differ by \(Phrase.costShare(cost.gap)) at the top rung"
        }
        return
            "The comparison is judged after \(ends.joined(separator: ", after ")), and ends at the first verdict that decides. "
            + "A decision costs, of training both at the target: \(expected.joined(separator: ", "))."
    }

    /// A table of the places where a budget's steps could be, and of what the smallest step there would cost.
    package static func steps(
        _ steps: [PossibleStep], budget: Budget
    ) -> String {
        var table = TextTable(header: ["a step", "runs of each", "cost"])
        for step in steps {
            table.add([
                step.label, String(step.runsPerCandidate),
                step.cost.map { "about " + Phrase.amount($0, budget) } ?? "–",
            ])
        }
        return table.text + "\n"
    }

    private static func range(_ values: [Double]) -> String {
        guard let low = values.min(), let high = values.max() else { return "–" }
        return low == high ? Quantity.short(low) : "\(Quantity.short(low))–\(Quantity.short(high))"
    }

    private static func seconds(_ costs: [RunCost]) -> String {
        let known = costs.compactMap(\.seconds)
        return known.isEmpty ? "–" : Quantity.duration(known.reduce(0, +) / Double(known.count))
    }
}
