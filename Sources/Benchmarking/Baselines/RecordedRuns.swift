// Runs of a comparison that come from baselines.

import Comparison
import RunStore
import ScalebenchCore
import Transformer

extension RunStore {
    /// The finding on the plan's runs that are taken from baselines; none where there are none.
    func baselineFindings(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> [Finding] {
        let recorded = plan.runs.map(\.id).filter { baseline(of: $0) != nil }
        return Checks.fromBaselines(
            plan, records, recorded: Set(recorded), here: MachineFacts.here.merging(KernelPath.facts) { $1 })
    }
}
