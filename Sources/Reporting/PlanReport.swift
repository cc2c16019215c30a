// What a compare would cost, before anything is trained.

package import Comparison
import ScalebenchCore

/// Renders a plan for `--dry-run`.
package enum PlanReport {
    /// The plan as a table; `cost` is asked once per run, `left` tells which share of it the store does not have yet.
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
        var secondsToDo = 0.0, ladderFlops = 0.0
        for place in plan.places {
            let runs = plan.runs { $0 == place }
            let toDo = runs.filter { left($0) > 0 }
            let costs = runs.map(cost)
            let flops = runs.map(\.spec.flops).reduce(0, +)
            if place != .target { ladderFlops += flops }
            secondsToDo += toDo.reduce(0) { $0 + left($1) * (cost($1).seconds ?? 0) }
            table.add([
                plan.label(of: place) + (place == .target ? " (target)" : ""), String(runs.count), String(toDo.count),
                range(runs.map { Double($0.spec.model.parametersTotal) }),
                range(runs.map { Double($0.spec.model.parametersNonEmbedding) }),
                range(runs.map { Double($0.spec.tokens) }), range(runs.map(\.spec.flops)),
                seconds(costs), costs.compactMap(\.memoryBytes).max().map(Quantity.bytes) ?? "–",
                share(flops, targetFlops),
            ])
        }
        let total = plan.runs.count { left($0) > 0 }
        // Nothing is known of what a program of the user's takes.
        let time =
            plan.runs.contains { cost($0).seconds == nil }
            ? "time unknown"
            : "\(Quantity.duration(secondsToDo)) of core time, about "
                + "\(Quantity.duration(secondsToDo / Double(workers))) on \(workers) workers"
        return """
            \(SafeText.line(plan.suite.name)) v\(plan.suite.version): \
            \(Phrase.contest(plan.candidates.map(\.name)))
            \(table.text)
            \(total) of \(plan.runs.count) runs to do, \(time); the ladder costs \(share(ladderFlops, targetFlops)) of the target's FLOPs.

            """
    }

    /// Where the steps of a budget could be and what the smallest would cost, as a table.
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

    /// A cost as a share of the target's; unlike a probability it may pass 100 %.
    private static func share(_ flops: Double, _ targetFlops: Double) -> String {
        Quantity.significant(100 * flops / targetFlops, digits: 2) + " %"
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
