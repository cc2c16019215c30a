// The words that a comparison of two candidates ends with.

/// The word for the whole comparison of two candidates.
public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// The better candidate has the probability that decides, or the other one diverged.
    case aBetter, bBetter
    /// The gap is known to be too small to matter.
    case equivalent
    /// The sign of the gap at the target may well differ from that at the top rung.
    case crossoverRisk
    /// A winner cannot be named, and none of the other words applies.
    case unresolved
}
