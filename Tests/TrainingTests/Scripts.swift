// External trainers played by shell scripts.

import Foundation
import ScalebenchCore
import Testing
import Training

/// Runs whose trainers are scripts, in a folder of their own.
struct Scripts {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A run of 4 steps of 16 tokens, evaluated on 6 sequences, trained by `script`: `$1` is the file for events, `$2`
    /// the trainer's own folder.
    func run(
        _ script: String, name: String = "run", silenceTimeout: Double = 20, stopTimeout: Double = 20
    ) throws -> RunFolder {
        let path = "\(folder.path)/\(name).sh"
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        let candidate = """
            { "trainer": { "type": "command", "command": ["sh", "\(name).sh", "{events}", "{folder}"],
                           "silenceTimeout": \(silenceTimeout), "stopTimeout": \(stopTimeout) },
              "batchTokens": 16, "model": { "heads": 2 }, "optimizer": { "learningRate": 0.01 } }
            """
        try Data(candidate.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name).json"))
        let (spec, launch) = try makeSpec(candidateFile: "\(folder.path)/\(name).json", steps: 4)
        let run = RunFolder("\(folder.path)/\(name)")
        try RunJob(spec, dataset: nil, launch: launch).write(to: run)
        return run
    }

    func perform(_ run: RunFolder, stop: StopRequest = StopRequest()) throws -> TrainingOutcome {
        try TrainingRun(run, options: testOptions).perform(stop: stop)
    }

    /// Lines as a trainer appends them.
    static func step(_ step: Int, loss: String = "3.5") -> String {
        #"{"event":"step","step":\#(step),"tokens":\#(step * 16),"natsPerToken":\#(loss)}"#
    }
    static let evaluation =
        #"{"event":"evaluation","step":4,"tokens":64,"natsPerToken":2,"sequences":6,"sequenceNatsPerToken":[1,2,3,1,2,3]}"#
    static let end = #"{"event":"end","status":"completed","step":4,"tokens":64}"#

    static func append(_ lines: String...) -> String {
        lines.map { "echo '\($0)' >> \"$1\"\n" }.joined()
    }

    static let good =
        append(#"{"event":"start","machine":{"framework":"sh"}}"#)
        + append(step(1), step(2), step(3), step(4), evaluation, end)
}
