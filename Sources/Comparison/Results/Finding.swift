// A statistical warning with its remedy. Terminal, JSON and report show the same words.

/// Something the reader must know before trusting a number, and what to do about it.
public struct Finding: Codable, Sendable, Equatable, Hashable {
    /// A stable name for programs, such as `noisyArms`.
    public var code: String
    /// How much the finding matters.
    public var severity: Severity
    /// What was found, for a person.
    public var message: String
    /// What to do, naming the field, flag or run.
    public var advice: String

    /// How much a finding matters.
    public enum Severity: String, Codable, Sendable {
        /// The finding explains a number.
        case note
        /// The finding weakens the verdict.
        case warning
    }

    public init(_ code: String, _ severity: Severity, _ message: String, advice: String) {
        self.code = code
        self.severity = severity
        self.message = message
        self.advice = advice
    }
}
