// A command that is waited for, and what it printed.

import ScalebenchCore
import Subprocess
import SystemPackage

package enum CommandOutput {
    /// Runs `words` and returns its standard output, at most a mebibyte.
    /// - Parameter name: what an error names as its place.
    /// - Throws: `runFailed` with the last lines of its error output when it does not succeed.
    package static func text(of words: [String], named name: String) async throws -> String {
        let result = try await Subprocess.run(
            .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            let tail = result.standardError.split(separator: "\n").suffix(3).joined(separator: "\n")
            throw ScalebenchError(
                .runFailed, "the command did not succeed: \(result.terminationStatus)", at: name,
                hint: "try it by itself: \(words.last ?? "")", cause: tail)
        }
        return result.standardOutput
    }
}
