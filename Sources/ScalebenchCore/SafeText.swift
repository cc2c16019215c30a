// Text of unknown origin, made fit for a terminal.

/// Makes names and notes from files of unknown origin safe to print.
package enum SafeText {
    /// One line of at most `limit` characters without control characters, terminal escapes or direction marks.
    package static func line(_ text: String, limit: Int = 60) -> String {
        // Most texts are short and in ASCII, and lists have very many of them.
        if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        let harmless = text.unicodeScalars.map { isHarmless($0) ? Character($0) : "\u{FFFD}" }
        return harmless.count <= limit ? String(harmless) : String(harmless.prefix(limit - 1)) + "…"
    }

    /// The same for a text of several lines, of any length.
    package static func lines(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || isHarmless($0) ? $0 : "\u{FFFD}" }))
    }

    /// Whether `scalar` is neither a control character nor a mark that changes what its neighbours look like.
    package static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        // Looking up the category of every letter would be slow.
        if (0x20..<0x7F).contains(scalar.value) { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
        default: true
        }
    }
}
