// What `scalebench nightly --dry-run` prints.

import Benchmarking
import Comparison
import Reporting
import ScalebenchCore

enum NightDryRunText {
    static func render(_ plans: [NightlySession.Plan], job: String, date: String) -> String {
        plans.map { render($0) + "\n" }.joined() + total(plans, "The night of \(date) of \(SafeText.line(job))") + "\n"
    }

    private static func render(_ plan: NightlySession.Plan) -> String {
        let suite = SafeText.line(plan.suite, limit: 200)
        return switch plan.content {
        case .done: "\(suite): this night has it already; nothing is to do.\n"
        case .failing(let error): "\(suite) cannot be compared.\n\(error)\n"
        case .toDo(let run): DryRunText.render(run)
        }
    }

    /// What all questions would train together.
    private static func total(_ plans: [NightlySession.Plan], _ night: String) -> String {
        var runs = 0, stored = 0, flops = 0.0, seconds: Double? = 0, wall = 0.0
        for case .toDo(let dry) in plans.map(\.content) {
            stored += dry.stored
            for run in dry.plan.runs {
                let left = dry.left[run.id] ?? 1, whole = dry.costs[run.id]?.seconds
                guard left > 0 else { continue }
                runs += 1
                flops += left * run.spec.flops
                seconds = seconds.flatMap { sum in whole.map { sum + left * $0 } }
                wall += left * (whole ?? 0) / Double(dry.workers)
            }
        }
        guard runs > 0 else { return "\(night) would train nothing." }
        let time =
            seconds.map { "\(Quantity.duration($0)) of core time, about \(Quantity.duration(wall))" } ?? "time unknown"
        return "\(night) would train \(Quantity.count(runs, "run")) with \(Quantity.flops(flops)): \(time). "
            + "\(Quantity.count(stored, "run")) \(stored == 1 ? "is" : "are") in the store."
    }
}
