// A place on a ladder.

/// A rung of a ladder, or its target.
package enum LadderPlace: Sendable, Hashable {
    /// A rung, as an index into the ladder's rungs, smallest first.
    case rung(Int)
    case target
}
