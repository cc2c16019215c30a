// Runs that other comparisons left in the store: they are of the same recipe, so they count here too.

import Comparison
import RunStore
import ScalebenchCore

extension ComparisonPlan {
    /// Adds the finished runs of the plan's candidates at the suite's rungs that other comparisons or baselines have with
    /// other seeds. Members of families keep to one run. The target keeps the plan's own runs, because a comparison may
    /// stop before it.
    ///
    /// Records of the store that cannot be read are skipped; nothing is written.
    mutating func addFinishedRuns(of store: String, _ baselines: BaselineStore?) {
        guard let stored = try? StoredRuns(store, baselines) else { return }
        let own = candidateRecords(writtenAt: "", knownFloor: nil), known = stored.candidateRecords
        let planned = Set(runs.map(\.id))
        for candidate in own {
            let others = known.filter {
                $0.board == candidate.board && $0.candidate.recipe == candidate.candidate.recipe
                    && $0.candidate.places.count == candidate.candidate.places.count
            }
            for rung in suite.rungs.indices {
                let seeds = Set(others.flatMap { $0.candidate.places[rung].runs.map(\.seed) })
                let more = seeds.sorted().map { run(seed: $0, at: .rung(rung), of: candidate.position) }.filter { run in
                    !planned.contains(run.id) && (try? stored.record(run.id))??.isFinished == true
                }
                add(more)
            }
        }
    }
}
