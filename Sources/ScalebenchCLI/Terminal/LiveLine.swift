// One line of progress that redraws itself on a terminal. Progress goes to standard error, results to standard output.

import Foundation

/// Shows a line in place on a terminal, and nothing elsewhere.
struct LiveLine: Sendable {
    let isShown: Bool

    init(isQuiet: Bool) {
        isShown = !isQuiet && Self.isTerminal
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Replaces the line by a text, which is cut to the terminal's width.
    func show(_ text: String) {
        guard isShown else { return }
        Self.write("\r\u{1B}[K" + String(text.prefix(max(20, Self.columns - 1))))
    }

    func clear() {
        if isShown { Self.write("\r\u{1B}[K") }
    }

    /// Prints a line that stays. The next `show` draws the live line again below it.
    static func print(_ text: String) {
        write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }

    private static func write(_ text: String) {
        // Progress that nobody reads any more is no reason to stop training.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }
}
