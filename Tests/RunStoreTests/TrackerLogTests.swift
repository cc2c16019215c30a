// Logs that trackers and trainers wrote themselves (Fixtures/exports/README.md names their versions).

import Foundation
import RunStore
import ScalebenchCore
import Testing
import TokenData

enum Exports {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/exports").path

    /// Imports one of them: a line per run, `name: candidate parameters tokens seed, metric at step: loss`.
    static func lines(_ path: String, _ change: (inout LogImport.Options) throws -> Void = { _ in }) throws -> (
        lines: [String], logs: LogImport
    ) {
        var options = LogImport.Options()
        try change(&options)
        var logs = try LogImport([path.hasPrefix("/") ? path : "\(folder)/\(path)"], options)
        return (logs.labelled().map(line), logs)
    }

    private static func line(_ labelled: LogImport.Labelled) -> String {
        let run = labelled.run, labels = run.labels, last = run.curve.points.last!
        let sizes = [labels.parameters, labels.tokens].map { $0.map(Quantity.short) ?? "-" }.joined(separator: ", ")
        let name = labelled.found.name.replacing(folder + "/", with: "")
        let loss = last.loss.map { String(format: "%.4f", $0) } ?? "-"
        return "\(name): \(labels.candidate), \(sizes), s\(labels.seed), \(run.source.metric) at \(last.step): \(loss)"
    }
}

struct TrackerLogTests {
    private let pattern = "{candidate}-{params}-s{seed}"

    @Test func tensorBoardOfPyTorch() throws {
        let (lines, logs) = try Exports.lines("tensorboard")
        #expect(lines.count == 12 && logs.problems.isEmpty && logs.otherFiles == 0)
        #expect(lines.first == "tensorboard/adamw-10M-s0: adamw, 10 M, -, s0, val/loss at 100: 3.3485")
        #expect(lines.last == "tensorboard/muon-3M-s1: muon, 3 M, -, s1, val/loss at 100: 3.6541")
        #expect(logs.found[0].run.series.map(\.metric) == ["train/loss", "val/loss", "hparam/last"])
        #expect(logs.found[0].run.series[1].points.map(\.step) == [20, 40, 60, 80, 100])
    }

    /// `add_scalars` writes a folder for each part.
    @Test func tensorboardX() throws {
        let (lines, _) = try Exports.lines("tensorboardx") { $0.namePattern = try NamePattern(pattern) }
        #expect(lines == ["tensorboardx/adamw-1M-s0: adamw, 1 M, -, s0, loss/val at 100: 4.2343"])
    }

    /// TensorFlow writes scalars as tensors, and hyper-parameters beside them.
    @Test func tensorBoardOfTensorFlow() throws {
        let (lines, _) = try Exports.lines("tensorflow")
        #expect(
            lines == [
                "tensorflow/adamw-1M-s0: adamw, 1 M, -, s0, eval_loss at 100: 4.2343",
                "tensorflow/adamw-1M-s1: adamw, 1 M, -, s1, eval_loss at 100: 4.2363",
            ])
    }

    @Test func keras() throws {
        let (lines, logs) = try Exports.lines("keras") {
            $0.namePattern = try NamePattern(pattern)
        }
        #expect(logs.problems.count == 1, "history.json has no name of a run: \(logs.problems)")
        #expect(lines.count == 2 && lines[0].hasPrefix("keras/adamw-9-s0.csv: adamw, 9, -, s0, val_loss at 2: "))
        #expect(lines[1].hasPrefix("keras/muon-9-s0: muon, 9, -, s0, validation/epoch_loss at 2: "))
        let (history, _) = try Exports.lines("keras/history.json") { $0.facts.candidate = .init("x", from: "") }
        #expect(history.count == 1 && history[0].contains("val_loss at 2: "))
        #expect(history[0].suffix(6) == lines[0].suffix(6), "both are of one training")
    }

    @Test func mlflowFolders() throws {
        let (lines, logs) = try Exports.lines("mlruns")
        #expect(
            lines.sorted() == [
                "ladder/adamw-1M-s0: adamw, 1 M, -, s0, val/loss at 100: 4.2343",
                "ladder/muon-3M-s1: muon, 3 M, -, s1, val/loss at 100: 3.6541",
            ])
        #expect(logs.leftOut.map(\.why) == ["MLflow calls it FAILED"] && logs.otherFiles == 0)
        let (all, _) = try Exports.lines("mlruns") {
            $0.takesIncomplete = true
            $0.facts.candidate = .init("x", from: "")
        }
        #expect(all.count == 3 && all.contains("ladder/crashed: x, -, -, s0, val/loss at 1: 9.0000"))
    }

    @Test func mlflowDatabase() throws {
        let folder = try LogFolder()
        try folder.write(try ByteSource.readAll("\(Exports.folder)/mlflow.db.gz"), to: "a ?#%/mlflow.db")
        let (lines, logs) = try Exports.lines("\(folder.path)/a ?#%/mlflow.db")
        #expect(lines.count == 12 && logs.problems.isEmpty && logs.leftOut.map(\.name) == ["ladder/crashed"])
        #expect(lines[0] == "ladder/adamw-1M-s0: adamw, 1 M, -, s0, val/loss at 100: 4.2343")
        #expect(try Exports.lines(folder.path).lines == lines)
    }

    @Test(arguments: ["mlflow-search.csv", "wandb-runs.csv"]) func tablesOfRuns(file: String) throws {
        let (lines, logs) = try Exports.lines(file)
        #expect(lines.count == 12 && logs.leftOut.count == 1 && logs.problems.isEmpty)
        let step = file.hasPrefix("wandb") ? 100 : 0
        #expect(lines.sorted()[2] == "adamw-1M-s0: adamw, 1 M, -, s0, val/loss at \(step): 4.2343")
    }

    /// The last checkpoint has the whole history; the event files beside it are of the same run.
    @Test func trainerState() throws {
        let (lines, logs) = try Exports.lines("transformers") {
            $0.namePattern = try NamePattern("{candidate}-*-s{seed}")
        }
        #expect(lines.count == 1 && logs.problems.isEmpty)
        #expect(lines[0].hasPrefix("transformers/adamw-20k-s1: adamw, 4.85 k, 816, s1, eval_loss at 12: "), "\(lines)")
        let run = try #require(logs.found.first)
        #expect(run.facts.flops?.origin == "total_flos in trainer_state.json")
        #expect(run.facts.parameters?.origin == "the shapes in model.safetensors")
        let (events, _) = try Exports.lines("transformers/adamw-20k-s1/runs") {
            $0.facts.candidate = .init("x", from: "")
        }
        #expect(events.count == 1 && events[0].hasSuffix(String(lines[0].suffix(6))), "\(events)")
        let (_, earlier) = try Exports.lines("transformers/adamw-20k-s1/checkpoint-6/trainer_state.json")
        #expect(earlier.leftOut.map(\.why) == ["it was saved at step 6 of 12"])
    }

    @Test func lightning() throws {
        let (lines, logs) = try Exports.lines("lightning")
        #expect(lines.count == 2 && logs.problems.isEmpty)
        #expect(lines[0].hasPrefix("lightning/csv/version_0/metrics.csv: sgd, 9, -, s5, val_loss at 11: "))
        #expect(lines[1].hasPrefix("lightning/tensorboard/version_0: sgd, 9, -, s5, val_loss at 11: "))
    }

    @Test func anOfflineRunIsRefusedWithTheCommandThatExportsIt() throws {
        let (lines, logs) = try Exports.lines("wandb")
        #expect(lines.isEmpty && logs.problems.count == 1)
        let text = try #require(logs.problems.first?.description)
        let run = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(Exports.folder)/wandb").first)
        let id = run.suffix(8)
        #expect(text.contains("wandb sync -p scalebench \(Exports.folder)/wandb/\(run) && python3 -c '"))
        #expect(text.contains(" scalebench/\(id) > \(id).jsonl"))
        #expect(text.contains("this is an offline run of Weights & Biases"))
    }
}
