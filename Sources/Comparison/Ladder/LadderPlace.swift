// Where on a ladder a run stands.

/// A rung, or the target.
package enum LadderPlace: Sendable, Hashable {
    /// An index into the ladder's rungs, smallest first.
    case rung(Int)
    case target
}
