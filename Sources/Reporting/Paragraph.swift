// Sentences broken into lines for a terminal.

enum Paragraph {
    /// The words of a text in lines of at most `width` characters; a longer word has a line of its own.
    /// - Parameter indent: what every line but the first begins with.
    static func lines(_ text: String, width: Int = 120, indent: String = "") -> [String] {
        var lines: [String] = [], line = ""
        // A line break never falls between a number and its unit or the parts of an interval.
        for word in words(text) {
            if line.isEmpty {
                line = (lines.isEmpty ? "" : indent) + word
            } else if line.count + 1 + word.count > width {
                lines.append(line)
                line = indent + word
            } else {
                line += " " + word
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            if let last = words.last, isGlued(last, part) {
                words[words.count - 1] = last + " " + part
            } else {
                words.append(part)
            }
        }
        return words
    }

    private static func isGlued(_ left: String, _ right: String) -> Bool {
        right.hasPrefix("%") || right == "×" || left.hasSuffix("×") || left == "<" || left == ">"
            || (left.hasPrefix("[") && left.hasSuffix(","))
    }
}
