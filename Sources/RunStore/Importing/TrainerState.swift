// `trainer_state.json` of Hugging Face's Trainer: `log_history` holds an object per logging and evaluation; the state counts
// FLOPs, and tokens where the trainer was told to. Every checkpoint folder has one, and the last of them holds all.

import Foundation
import ScalebenchCore
import TokenData

/// Reads the state of a trainer.
enum TrainerState {
    private static let fileName = "trainer_state.json"

    static func begins(_ head: Data) -> Bool {
        JSONLog.begins(head) && head.firstRange(of: Data("\"log_history\"".utf8)) != nil
    }

    /// One log per output folder: `<out>/checkpoint-500/trainer_state.json` and `<out>/trainer_state.json` are one run.
    /// The event files in `<out>/runs` are that run again and are left out.
    static func gather(_ files: inout [String], _ format: LogFormat) -> [LogInput] {
        let states = Dictionary(grouping: files.filter { $0.lastComponent == fileName }, by: output)
        guard !states.isEmpty else { return [] }
        files.removeAll { file in
            file.lastComponent == fileName
                || file.lastComponent.contains("tfevents") && states.keys.contains { file.isBelow("\($0)/runs".plain) }
        }
        return states.map { output, states in
            LogInput(path: output, files: states.sorted { step(of: $0) < step(of: $1) }, format: format, wasFound: true)
        }
    }

    /// The output folder that a state belongs to.
    private static func output(_ state: String) -> String {
        let folder = state.folder
        return folder.lastComponent.hasPrefix("checkpoint-") && folder != "." ? folder.folder : folder
    }

    /// The step of a state's checkpoint; that of a finished run lies in the output folder itself.
    private static func step(of state: String) -> Int {
        let folder = state.folder.lastComponent
        return folder.hasPrefix("checkpoint-") ? Int(folder.dropFirst("checkpoint-".count)) ?? 0 : .max
    }

    static func read(_ content: LogContent) throws -> TrainingLog.Run {
        let file = content.files.last!
        let state: JSONValue
        do {
            state = try JSONInput.decode(JSONValue.self, from: try ByteSource.readAll(file), allowsJSON5: true)
        } catch let error where !(error is ScalebenchError) {
            throw ScalebenchError(
                .damagedData, "not the state of a trainer", at: file,
                hint: "the file is damaged or incomplete; remove it to read the checkpoint before",
                cause: JSONInput.reason(error))
        }
        guard case .object(let fields) = state, case .array(let history)? = fields["log_history"] else {
            throw ScalebenchError(.invalidInput, "no log_history", at: file)
        }
        var lines = JSONLog.Lines(stepNames: content.stepColumn.map { [$0] } ?? ["step"])
        for entry in history { lines.add(entry) }
        var run = lines.run
        let counts = JSONValue.object(
            fields.filter { ["num_input_tokens_seen", "total_flos", "seed"].contains($0.key) })
        run.facts = RunFacts(counts.settings, from: fileName)
        run.facts.parameters = WeightsFile.parameters(in: "\(file.folder)/model.safetensors").map {
            .init($0, from: "the shapes in model.safetensors")
        }
        if case .integer(let step)? = fields["global_step"], case .integer(let last)? = fields["max_steps"], step < last
        {
            run.incomplete = "it was saved at step \(step) of \(last)"
        }
        return run
    }
}

extension String {
    fileprivate func isBelow(_ folder: String) -> Bool { hasPrefix(folder + "/") }
    /// A path without the `./` of the working folder.
    fileprivate var plain: String { hasPrefix("./") ? String(dropFirst(2)) : self }
}
