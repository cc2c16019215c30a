// The words that a comparison of two candidates ends with.

/// The word for the whole comparison of two candidates.
public enum Verdict: String, Codable, Sendable, CaseIterable {
    case aBetter, bBetter
    /// The gap is smaller than the smallest that matters, and known to be.
    case equivalent
    /// The sign at the target may well differ from the sign at the top rung.
    case crossoverRisk
    case unresolved
}
