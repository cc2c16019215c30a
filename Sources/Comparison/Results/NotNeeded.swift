// The part of a plan that was not trained because less of it had decided.

/// The runs that a decision made unnecessary.
public struct NotNeeded: Codable, Sendable, Equatable {
    /// The rungs that lack runs, and the target; smallest first.
    public var places: [String]
    /// The number of runs.
    public var runs: Int
    /// Training FLOPs of these runs.
    public var flopsSaved: Double
}
