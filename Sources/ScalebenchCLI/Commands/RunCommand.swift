// `scalebench run`: the child process of every launcher.

import ArgumentParser
import Launching
import ScalebenchCore
import Training

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train one prepared run (what compare starts, once per run).",
        discussion: """
            FOLDER holds a job.json; events are appended to its events.jsonl. On SIGINT, SIGTERM or SIGUSR1 the step is \
            finished, a checkpoint written, and the exit status is 75: call again to go on.
            """)

    @Argument(help: "A run's folder in the store: .scalebench/runs/<id>.", completion: .directory) var folder: String

    func run() throws {
        let stop = StopRequest.listenToSignals()
        ParentWatch.begin(stop: stop)
        let run = TrainingRun(
            RunFolder(folder), options: .init(scalebenchVersion: ScalebenchVersion.current))
        if try run.perform(stop: stop) == .interrupted { throw ExitCode(StopRequest.exitStatus) }
    }
}
