// A place where a budget could make runs.

/// The smallest step at one place.
package struct PossibleStep: Sendable {
    package let label: String
    package let runsPerCandidate: Int
    /// In the budget's unit; nil where it is unknown.
    package let cost: Double?
}
