// What was saved at the target by `compare --stop-early`, or by a budget that took runs only so far.

package import ScalebenchCore

/// The runs of a comparison that were ended before their time.
package struct StoppedEarly: Codable, Sendable {
    package var runs: [Run]
    /// Training FLOPs that these runs still had to come.
    package var flopsSaved: Double
    /// Core-seconds of training, at the speed that each run had; null where that is unknown.
    @OrNull package var secondsSaved: Double?

    package struct Run: Codable, Sendable, Equatable {
        package var id: RunID
        /// Indices into the document's candidates.
        package var candidates: [Int]
        /// Share of the schedule that was trained.
        package var fraction: Double
    }

    /// Nil where no run was stopped early.
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
