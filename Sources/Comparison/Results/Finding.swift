// A statistical warning with its remedy; the same words in terminal, JSON and report.

/// Something the reader must know before trusting a number, and what to do about it.
public struct Finding: Codable, Sendable, Equatable, Hashable {
    /// Stable name for programs, such as `noisyArms`.
    public var code: String
    public var severity: Severity
    public var message: String
    /// What to do, naming the field, flag or run.
    public var advice: String

    public enum Severity: String, Codable, Sendable {
        /// Explains a number.
        case note
        /// Weakens the verdict.
        case warning
    }

    public init(_ code: String, _ severity: Severity, _ message: String, advice: String) {
        self.code = code
        self.severity = severity
        self.message = message
        self.advice = advice
    }
}
