// The file in which a failing PyTorch program says what went wrong: torchrun and the decorator `record` of
// torch.distributed.elastic.multiprocessing.errors write JSON to the path in TORCHELASTIC_ERROR_FILE, either
// {"message": "…"} or {"message": {"message": "…", "extraInfo": {"py_callstack": "…"}}}. Of a job with many processes it
// holds the first failure, which the printed log hides under the failures that follow from it.

import Foundation
import ScalebenchCore

/// What a trainer's error file says.
package struct TrainerErrorFile: Equatable {
    /// The name of the environment variable that holds the file's path.
    static let variable = "TORCHELASTIC_ERROR_FILE"
    private static let mostBytes = 1 << 20
    private static let mostCharacters = 300, mostLines = 10

    /// The first line of the message.
    package var message: String
    /// The last lines of the message and of the Python call stack, without control characters; nil where there are none
    /// besides `message`.
    package var details: String?

    /// The result is nil where there is no such file, or none that can be read.
    package init?(_ path: String) {
        guard let handle = InputFile.openIfPresent(path) else { return nil }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: Self.mostBytes),
            case .object(let file) = try? JSONInput.decode(JSONValue.self, from: data)
        else { return nil }
        var text: String?, stack: String?
        switch file["message"] {
        case .string(let message): text = message
        case .object(let fields):
            if case .string(let message) = fields["message"] { text = message }
            if case .object(let extra) = fields["extraInfo"], case .string(let calls) = extra["py_callstack"] {
                stack = calls
            }
        default: break
        }
        let lines = Self.lines(text ?? "")
        guard let first = lines.first else { return nil }
        message = SafeText.line(first, limit: Self.mostCharacters)
        let further = Array(lines.dropFirst()) + Self.lines(stack ?? "")
        guard !further.isEmpty else { return }
        details =
            "the trainer's error file says\n"
            + further.suffix(Self.mostLines).map { "  > " + SafeText.line($0, limit: Self.mostCharacters) }
            .joined(separator: "\n")
    }

    private static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map(String.init)
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
