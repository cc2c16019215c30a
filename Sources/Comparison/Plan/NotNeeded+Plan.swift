// The runs of a plan that a decision made unnecessary.

package import ScalebenchCore

extension NotNeeded {
    /// The runs that were never begun, of those that were skipped; nil where there are none.
    package init?(_ skipped: [ComparisonPlan.Run], _ plan: ComparisonPlan, _ records: [RunID: RunRecord]) {
        let runs = skipped.filter { records[$0.id] == nil }
        guard !runs.isEmpty else { return nil }
        places = plan.places.filter { place in runs.contains { $0.place == place } }.map { place in
            place == .target ? "the target, \(plan.label(of: place))" : plan.label(of: place)
        }
        self.runs = runs.count
        flopsSaved = plan.ownFlops(of: runs)
    }
}
