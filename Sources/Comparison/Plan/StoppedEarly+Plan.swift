// The runs of a plan that were ended before their time.

package import ScalebenchCore

extension StoppedEarly {
    /// The runs that were stopped early or paused; nil where there are none.
    package init?(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) {
        runs = []
        flopsSaved = 0
        var seconds: Double? = 0
        for run in plan.runs {
            guard let record = records[run.id], record.isWaiting, let end = record.end else { continue }
            let fraction = Double(end.step) / Double(run.spec.steps)
            runs.append(Run(id: run.id, candidates: run.candidates, fraction: fraction))
            flopsSaved += (1 - fraction) * run.spec.flops
            seconds = seconds.flatMap { fraction > 0 ? $0 + end.seconds * (1 - fraction) / fraction : nil }
        }
        guard !runs.isEmpty else { return nil }
        secondsSaved = seconds
    }
}
