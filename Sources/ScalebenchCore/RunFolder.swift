// Where the files of one run lie. The names are fixed here because four parties meet in this folder: the store that
// prepares it, the launcher that passes its path on, the trainer that fills it, and the verdict that reads it.

import Foundation

/// The folder of one run. Holds a path only; the files may or may not exist.
package struct RunFolder: Sendable, Hashable {
    package var path: String

    package init(_ path: String) {
        self.path = path
    }

    /// What is to be trained (`RunJob`).
    package var job: String { "\(path)/job.json" }
    /// What happened (`RunEvent`, one per line).
    package var events: String { "\(path)/events.jsonl" }
    /// Locked by the process that trains.
    package var lock: String { "\(path)/lock" }
    /// While it exists, a run ends as `stoppedEarly` after its next evaluation: whoever started it has seen enough. Where
    /// it names a step it ends as `paused` after its first evaluation from there on.
    package var stopEarly: String { "\(path)/stop-early" }
    /// One folder per checkpoint of an unfinished run.
    package var checkpoints: String { "\(path)/checkpoints" }
    /// What an external trainer appends to in its n-th session; checked line by line before it becomes part of `events`.
    package func trainerEvents(session: Int) -> String { "\(path)/trainer-events-\(session).jsonl" }
    /// What an external trainer printed.
    package var trainerLog: String { "\(path)/trainer.log" }
    /// An external trainer's own: its checkpoints and whatever it likes to keep.
    package var trainerFolder: String { "\(path)/trainer" }
    /// The weights after the last step of a completed run; `config.json` beside them describes the model.
    package var weights: String { "\(path)/model.safetensors" }

    /// The step of the first evaluation after which the run is to end; nil where it is not to end early.
    package var stopsEarlyFrom: Int? {
        guard access(stopEarly, F_OK) == 0 else { return nil }
        return (try? String(contentsOfFile: stopEarly, encoding: .utf8)).flatMap { Int($0) } ?? 0
    }
}
