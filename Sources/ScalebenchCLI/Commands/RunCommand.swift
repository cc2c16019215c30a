// `scalebench run`: the child process of every launcher.

import ArgumentParser
import Foundation
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

    @Option(help: "Threads of the built-in trainer; they change no number.") var workers = 1

    func validate() throws {
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be from 1 to 1024.") }
    }

    func run() throws {
        let stop = StopRequest.listenToSignals()
        let cores = CoreAllowance(workers)
        ParentWatch.begin(stop: stop, cores: cores) { _exit(StopRequest.exitStatus) }
        var options = TrainingOptions(scalebenchVersion: ScalebenchVersion.current)
        options.cores = cores
        let run = TrainingRun(RunFolder(folder), options: options)
        if try run.perform(stop: stop) == .interrupted { throw ExitCode(StopRequest.exitStatus) }
    }
}
