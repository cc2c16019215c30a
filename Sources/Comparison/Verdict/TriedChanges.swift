// How much of the probability of keeping noise one decision of a loop may use.

/// The decisions of a loop among which one is. A change that is run again with more seeds is decided on once more, which
/// counts.
public enum TriedChanges: Sendable, Equatable {
    /// The loop takes so many decisions in all, as was planned before the first.
    case inAll(Int)
    /// This is the decision of this number, counted from 1. How many follow is not known.
    case soFar(Int)

    /// The number of decisions.
    public var count: Int {
        switch self {
        case .inAll(let count), .soFar(let count): count
        }
    }

    /// The share of `ChangeDecision.falseKeeps` that this decision may use. The shares of all decisions sum to 1 at most:
    /// 1/(1·2) + 1/(2·3) + … + 1/(n·(n + 1)) = 1 − 1/(n + 1).
    var share: Double {
        switch self {
        case .inAll(let count): 1 / Double(count)
        case .soFar(let count): 1 / (Double(count) * Double(count + 1))
        }
    }
}
