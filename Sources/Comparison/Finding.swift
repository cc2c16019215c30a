// A statistical warning with its remedy; the same words in terminal, JSON and report.

/// Something the reader must know before trusting a number, and what to do about it.
package struct Finding: Codable, Sendable, Equatable, Hashable {
    /// Stable name for programs, such as `noisyArms`.
    package var code: String
    package var severity: Severity
    package var message: String
    /// What to do, naming the field, flag or run.
    package var advice: String

    package enum Severity: String, Codable, Sendable {
        /// Explains a number.
        case note
        /// Weakens the verdict.
        case warning
    }

    package init(_ code: String, _ severity: Severity, _ message: String, advice: String) {
        self.code = code
        self.severity = severity
        self.message = message
        self.advice = advice
    }
}
