// The places of one run's files. The names are fixed here because four parties use this folder: the store that
// prepares it, the launcher that passes its path on, the trainer that fills it, and the verdict that reads it.

import Foundation

/// The folder of one run. The value is only a path; the files may or may not exist.
package struct RunFolder: Sendable, Hashable {
    package var path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The order: what is to be trained (`RunJob`).
    package var job: String { "\(path)/job.json" }
    /// The events so far (`RunEvent`, one per line).
    package var events: String { "\(path)/events.jsonl" }
    /// The file that the training process locks.
    package var lock: String { "\(path)/lock" }
    /// While this file holds a step, the run ends as `paused` after its first evaluation at or after that step. While
    /// it holds anything else, the run ends as `stoppedEarly` after its next evaluation.
    package var stopEarly: String { "\(path)/stop-early" }
    /// One folder per checkpoint of an unfinished run.
    package var checkpoints: String { "\(path)/checkpoints" }
    /// Checkpoints for longer runs of the same trunk.
    package var branches: String { "\(path)/branches" }
    /// The checkpoint from which a longer run goes on, in a folder like `checkpoints`; it is there until that run has ended.
    package func branch(to longer: RunID) -> String { "\(branches)/\(longer)" }
    /// The folder of the store that the run belongs to: `STORE/runs/ID`.
    package var store: String {
        URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent().path
    }
    /// The folder of another run of the same store.
    package func neighbour(_ id: RunID) -> RunFolder {
        RunFolder(URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(id.rawValue).path)
    }
    /// The file that an external trainer appends to in its n-th session. A line is checked before it goes to `events`.
    package func trainerEvents(session: Int) -> String { "\(path)/trainer-events-\(session).jsonl" }
    /// The text that an external trainer printed.
    package var trainerLog: String { "\(path)/trainer.log" }
    /// The file in which a failing PyTorch program says what went wrong.
    package var trainerError: String { "\(path)/trainer-error.json" }
    /// The folder of an external trainer, for its checkpoints and whatever else it keeps.
    package var trainerFolder: String { "\(path)/trainer" }
    /// What is known of the jobs in which a scheduler was to carry out the run (`RunSubmission`).
    package var submissions: String { "\(path)/submissions" }
    /// What the jobs of a job array printed, one after the other.
    package var jobLog: String { "\(path)/job.log" }
    /// The weights after the last step of a completed run; `config.json` beside them describes the model.
    package var weights: String { "\(path)/model.safetensors" }

    /// The run is to end after its first evaluation at or after this step; nil where it is not to end early.
    package var stopsEarlyFrom: Int? {
        guard access(stopEarly, F_OK) == 0 else { return nil }
        return (try? String(contentsOfFile: stopEarly, encoding: .utf8)).flatMap { Int($0) } ?? 0
    }
}
