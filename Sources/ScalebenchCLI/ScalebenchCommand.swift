// The command tree. Each command is a file in Commands/.

import ArgumentParser
import Foundation
import ScalebenchCore

struct ScalebenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scalebench",
        abstract: "Which of two training recipes will win at the scale you can afford only once?",
        discussion: """
            Examples:
              scalebench compare                    the built-in question
              scalebench compare a.json b.json      your recipes, default ladder
              scalebench compare a.json b.json --dry-run
              scalebench compare --runs results.csv --target-scale 7e9
              scalebench nightly nights.json        what became worse?
              scalebench leaderboard                everything compared so far
              scalebench site public                the same as pages for a browser
              scalebench runs show 66d4             one run and its curve
              scalebench doctor                     is this machine ready?

            Exit status, of every command: 0 done; 1 failed, with one error that \
            says what, where and what to change; 3 a condition of `compare --fail-on` \
            is met, `baselines check` found a difference, or a night became worse; 4 or 5 \
            `compare --tried` discards a change, or wants it run again; 64 wrong usage; 75 \
            interrupted: the same command goes on.

            Completions: scalebench --generate-completion-script bash (or zsh, fish).
            """,
        version: LibraryVersions.text,
        subcommands: [
            CompareCommand.self, NightlyCommand.self, HistoryCommand.self, LeaderboardCommand.self, SiteCommand.self,
            RunsCommand.self, BaselinesCommand.self, FitCommand.self, BacktestCommand.self,
            SuitesCommand.self, DataCommand.self, BenchCommand.self, DoctorCommand.self, RunCommand.self,
        ])

}

/// Runs the command line and exits with its status.
package func runScalebench() async {
    do {
        var command = try ScalebenchCommand.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
        try StandardOutput.flush()
    } catch {
        exit(with: shown(error))
    }
}

/// Prints help, a version or a completion script, which come as errors; what comes back says how the program ends.
private func shown(_ error: any Error) -> any Error {
    let text = ScalebenchCommand.fullMessage(for: error)
    guard ScalebenchCommand.exitCode(for: error).isSuccess, !text.isEmpty else { return error }
    do {
        try StandardOutput.write(Data((text + "\n").utf8))
        return ExitCode.success
    } catch let unwritable {
        return unwritable
    }
}

/// Prints an error and exits with its status. The message of wrong usage quotes what was typed, which a script may have taken
/// from a file of unknown origin.
private func exit(with error: any Error) -> Never {
    guard ScalebenchCommand.exitCode(for: error) == .validationFailure else {
        ScalebenchCommand.exit(withError: error)
    }
    FileHandle.standardError.write(Data((SafeText.lines(ScalebenchCommand.fullMessage(for: error)) + "\n").utf8))
    Foundation.exit(ExitCode.validationFailure.rawValue)
}
