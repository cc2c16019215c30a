// `scalebench run`: the child process of every launcher. One that `compare` starts itself trains several runs.

import ArgumentParser
import Foundation
import Launching
import ScalebenchCore
import Training

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train one prepared run (what compare starts).",
        discussion: """
            FOLDER holds a job.json; events are appended to its events.jsonl. On SIGINT, SIGTERM or SIGUSR1 the step is \
            finished, a checkpoint written, and the exit status is 75: call again to go on.
            """)

    @Argument(help: "A run's folder in the store: .scalebench/runs/<id>.", completion: .directory) var folder: String

    @Option(help: "Threads of the built-in trainer; they change no number.") var workers = 1

    @Option(help: "The number of the scheduler's job that this is; how it ends is then written beside the run.")
    var submission: Int?

    func validate() throws {
        if let submission, submission < 1 { throw ValidationError("--submission takes a number from 1 on.") }
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be from 1 to 1024.") }
    }

    func run() throws {
        guard let submission else { return try train() }
        let folder = RunFolder(folder)
        try RunSubmission.noteStart(submission, in: folder)
        do {
            try train()
            try RunSubmission.note(.init(exitStatus: 0), of: submission, in: folder)
        } catch let exit as ExitCode {
            try RunSubmission.note(.init(exitStatus: exit.rawValue), of: submission, in: folder)
            throw exit
        } catch {
            try RunSubmission.note(.init(exitStatus: 1, reason: "\(error)"), of: submission, in: folder)
            throw error
        }
    }

    /// Trains the run, and in a process that `compare` started those that it is given then.
    private func train() throws {
        AdoptedProcesses.begin()
        let stop = StopRequest.listenToSignals()
        let first = CoreAllowance(workers)
        let launcher = LauncherConnection(stop: stop, cores: first) { _exit(StopRequest.exitStatus) }
        var next: RunFolder? = RunFolder(folder)
        while let folder = next {
            var options = TrainingOptions(scalebenchVersion: ScalebenchVersion.current)
            options.cores = launcher?.cores ?? first
            let outcome = try TrainingRun(folder, options: options).perform(stop: stop)
            if outcome == .interrupted { throw ExitCode(StopRequest.exitStatus) }
            next = launcher?.nextRun()
        }
    }
}
