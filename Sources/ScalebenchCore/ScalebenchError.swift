// The one error type that reaches a user: what happened, where, and what to change.

/// An error a user can act on. `message` says what is wrong, `location` where, `hint` what to change.
public struct ScalebenchError: Error, Sendable {
    /// The kind of an error.
    public enum Code: String, Sendable {
        /// A configuration, suite or table is not valid.
        case invalidInput
        /// A named file, suite, data set or candidate does not exist.
        case notFound
        /// Bytes on disk are not what was written (checksum, truncation).
        case damagedData
        /// A file or folder cannot be read or written.
        case inputOutput
        /// A run could not be carried out.
        case runFailed
    }

    public var code: Code
    public var message: String
    /// `file:json.path`, `file:line`, or just a file.
    public var location: String?
    public var hint: String?
    /// The underlying error's own words, if there was one.
    public var cause: String?

    public init(
        _ code: Code, _ message: String, at location: String? = nil, hint: String? = nil, cause: String? = nil
    ) {
        self.code = code
        self.message = message
        self.location = location
        self.hint = hint
        self.cause = cause
    }
}

extension ScalebenchError: CustomStringConvertible {
    /// `location: message`, then the cause and the hint on lines of their own. What they quote from files is made safe for
    /// a terminal.
    public var description: String {
        var text = location.map { "\($0): \(message)" } ?? message
        if let cause { text += "\n  cause: \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return SafeText.lines(text)
    }
}
