// A command that is waited for, and what it printed.

import Foundation
import ScalebenchCore
import Subprocess
import SystemPackage

package struct CommandOutput: Sendable {
    package var isSuccess: Bool
    /// How it ended, for a person.
    package var status: String
    package var output: String
    package var errors: String

    /// The last lines of the error output.
    var tail: String { errors.split(separator: "\n").suffix(3).joined(separator: "\n") }

    /// Runs `words`, at most for a time, and keeps at most 16 MiB of what it prints.
    /// - Parameters:
    ///   - input: the text of its standard input.
    ///   - limit: the time after which it is killed.
    /// - Throws: `notFound` where there is no such command, `runFailed` where it takes too long.
    package static func of(
        _ words: [String], input: String = "", limit: Duration = .seconds(120)
    ) async throws -> CommandOutput {
        // A group of its own: Ctrl-C at the terminal does not reach the command, which may be submitting jobs.
        var options = PlatformOptions()
        options.processGroupID = 0
        let platformOptions = options
        let executable: Executable = words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0])
        return try await withThrowingTaskGroup(of: CommandOutput?.self) { group in
            group.addTask {
                do {
                    let result = try await Subprocess.run(
                        executable, arguments: Arguments(Array(words.dropFirst())),
                        platformOptions: platformOptions, input: .string(input), output: .string(limit: 1 << 24),
                        error: .string(limit: 1 << 20))
                    return CommandOutput(
                        isSuccess: result.terminationStatus.isSuccess, status: "\(result.terminationStatus)",
                        output: result.standardOutput, errors: result.standardError)
                } catch let error as SubprocessError where error.code == .executableNotFound {
                    throw ScalebenchError(
                        .notFound, "no such command", at: words[0],
                        hint: "check that this machine has it on its search path")
                }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else {
                throw ScalebenchError(
                    .runFailed, "the command gave no answer within \(Int(limit.seconds)) seconds", at: words[0],
                    hint: "try it by itself: \(words.joined(separator: " "))")
            }
            return result
        }
    }

    /// Runs `words` and returns its standard output.
    /// - Parameter name: what an error names as its place.
    /// - Throws: `runFailed` with the last lines of its error output when it does not succeed.
    package static func text(of words: [String], named name: String) async throws -> String {
        let result = try await of(words, limit: .seconds(24 * 3600))
        guard result.isSuccess else {
            throw ScalebenchError(
                .runFailed, "the command did not succeed: \(result.status)", at: name,
                hint: "try it by itself: \(words.last ?? "")", cause: result.tail)
        }
        return result.output
    }
}
