// The command tree. Each command is a file in Commands/.

import ArgumentParser
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

            Exit status: 0 done, 1 failed, 64 wrong usage, 75 interrupted (the
            same command goes on).
            """,
        version: ScalebenchVersion.current,
        subcommands: [
            CompareCommand.self, LeaderboardCommand.self, RunsCommand.self, BacktestCommand.self, SuitesCommand.self,
            DataCommand.self, RunCommand.self,
        ])

}

/// Runs the command line and exits with its status.
package func runScalebench() async {
    await ScalebenchCommand.main()
}
