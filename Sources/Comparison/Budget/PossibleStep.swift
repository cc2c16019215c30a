// A place where a budget could make runs.

/// The smallest step that a budget could take at one place.
package struct PossibleStep: Sendable {
    /// The place of the runs, as in `ProposedRun`.
    package let label: String
    package let runsPerCandidate: Int
    /// The step's cost in the budget's unit; nil where it is unknown.
    package let cost: Double?
}
