// Folders of logs: which runs are found, whose they are, and what is said of the others.

import Foundation
import RunStore
import ScalebenchCore
import Testing

/// A folder of its own for one test.
final class LogFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("logs-\(UUID().uuidString)").path

    init(_ files: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(Data(text.utf8), to: name) }
    }

    func write(_ data: Data, to name: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func logs(_ change: (inout LogImport.Options) throws -> Void = { _ in }) throws -> LogImport {
        var options = LogImport.Options()
        try change(&options)
        return try LogImport([path], options)
    }
}

struct LogImportTests {
    private func labels(_ runs: [LogImport.Labelled]) -> [String] {
        runs.map { run in
            let labels = run.run.labels
            let sizes = [labels.parameters, labels.tokens, labels.flops].map { $0.map(Quantity.short) ?? "-" }
            return "\(labels.candidate) \(sizes.joined(separator: " ")) s\(labels.seed)"
        }
    }

    private let log = { (loss: Double) in "s:0 tel:9\ns:100 tel:\(loss)\n" }

    @Test func aFolderIsReadInTheOrderOfItsNames() throws {
        let folder = try LogFolder([
            "b/muon-10M-s1.log": log(3), "a/muon-10M-s0.log": log(3.1), "README.md": "no log\n", ".hidden": log(1),
            "model.bin": "\u{0}\u{1}", "config.json": "{\n  \"a\": 1\n}\n", "table.csv": "a,b\n1,2\n",
        ])
        #expect(mkfifo("\(folder.path)/pipe", 0o644) == 0)
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/again", withDestinationPath: folder.path)
        var logs = try folder.logs { $0.namePattern = try NamePattern("{candidate}-{params}-s{seed}") }
        #expect(labels(logs.labelled()) == ["muon 10 M - - s0", "muon 10 M - - s1"])
        #expect(logs.problems.isEmpty && logs.otherFiles == 4)
    }

    @Test func oneBadRunHidesNoOther() throws {
        let folder = try LogFolder([
            "a.log": log(3), "b.csv": "step,val_loss\n1,2\nx,3\n", "c.csv": "step,val_a_loss,val_b_loss\n1,2,3\n",
            "d.jsonl": "{\"step\":1,\"val_loss\":3}\n{\"step\":2,\n{\"step\":3,\"val_loss\":2}\n",
        ])
        var logs = try folder.logs { $0.facts.candidate = .init("x", from: "") }
        #expect(labels(logs.labelled()) == ["x - - - s0"])
        let messages = logs.problems.map(\.description)
        #expect(messages.count == 3)
        for (index, words) in [("b.csv:3"), ("d.jsonl:2"), ("several validation losses")].enumerated() {
            #expect(messages[index].contains(words), "\(messages)")
        }
    }

    @Test func optionsComeBeforeLabelsNamesAndSources() throws {
        let text =
            "{\"optimizer\":\"adamw\",\"n_params\":\"10M\",\"trainer\":{\"seed\":3},\"data\":{\"seed\":9}}\n"
            + "{\"step\":5,\"val_loss\":3,\"tokens\":5000}\n"
        let folder = try LogFolder(["muon-20M.jsonl": text])
        var logs = try folder.logs()
        #expect(labels(logs.labelled()) == ["adamw 10 M 5 k - s3"])
        let run = try #require(logs.labelled().first)
        #expect(
            run.facts.candidate?.origin == "optimizer in the log" && run.facts.seed?.origin == "trainer/seed in the log"
        )
        #expect(run.run.curve.points.map(\.tokens) == [5000])
        logs = try folder.logs { $0.namePattern = try NamePattern("{candidate}-{params}") }
        #expect(labels(logs.labelled()) == ["muon 20 M 5 k - s3"])
        let name = "\(folder.path)/muon-20M.jsonl"
        logs = try folder.logs {
            $0.namePattern = try NamePattern("{candidate}-{params}")
            $0.labels = try ImportLabels(
                DelimitedText(Data("run,candidate,tokens\n\(name),sgd,6e3\n".utf8), file: "l"), file: "l")
        }
        #expect(labels(logs.labelled()) == ["sgd 20 M 6 k - s3"])
        logs = try folder.logs {
            $0.facts.candidate = .init("lion", from: "")
            $0.firstSeed = 7
        }
        #expect(labels(logs.labelled()) == ["lion 10 M 5 k - s7"])
    }

    @Test func seedsThatNothingStatesAreCountedPerScale() throws {
        let folder = try LogFolder([
            "1.jsonl": "{\"params\":1e6,\"recipe\":\"a\"}\n{\"step\":1,\"val_loss\":3}",
            "2.jsonl": "{\"params\":1e6,\"recipe\":\"a\",\"seed\":0}\n{\"step\":1,\"val_loss\":3.1}",
            "3.jsonl": "{\"params\":2e6,\"recipe\":\"a\"}\n{\"step\":1,\"val_loss\":3.2}",
        ])
        var logs = try folder.logs()
        #expect(labels(logs.labelled()) == ["a 1 M - - s1", "a 1 M - - s0", "a 2 M - - s0"])
    }

    @Test func settingsBesideALogAreThoseOfItsRun() throws {
        let yaml =
            "# of a run\noptimizer:\n  type: 'muon'\n  lr: 1e-3\nseed: 4  # fixed\nlist:\n- 1\nmodel:\n  n_params: 10M\n"
        let folder = try LogFolder([
            "v0/metrics.csv": "epoch,step,train_loss,val_loss\n0,9,,3.5\n0,10,4,\n", "v0/hparams.yaml": yaml,
        ])
        var logs = try folder.logs()
        #expect(labels(logs.labelled()) == ["muon 10 M - - s4"])
        // Where several logs lie together, settings could be those of any.
        try folder.write(Data("step,val_loss\n1,3\n".utf8), to: "v0/other.csv")
        logs = try folder.logs()
        #expect(logs.labelled().isEmpty && logs.problems.first?.message.contains("of 2 runs") == true)
    }

    @Test func copiesAreOneRun() throws {
        let folder = try LogFolder(["a.log": log(3), "b.log": log(3)])
        var logs = try folder.logs { $0.facts.candidate = .init("x", from: "") }
        #expect(logs.labelled().count == 1)
        #expect(logs.leftOut.map(\.why) == ["its numbers are those of \(folder.path)/a.log"])
    }

    @Test func aFolderWithoutLogsIsAnError() throws {
        let folder = try LogFolder(["README.md": "hello\n", "train.py": "import torch, numpy\n"])
        #expect { _ = try folder.logs() } throws: { "\($0)".contains("no known format of training log in 2 files") }
    }

    /// Levanter's folder with a file per step.
    @Test func filesOfStepsAreOneLog() throws {
        let name = { (step: Int) in "run/step-\(step)-\(String(repeating: "0a", count: 32)).json" }
        let event = { (step: Int) in
            "{\"event\": \"log\", \"step\": \(step),\n \"metrics\": {\"eval/loss\": \(12.5 - Double(step))}}"
        }
        let folder = try LogFolder(Dictionary(uniqueKeysWithValues: [1, 2, 10].map { (name($0), event($0)) }))
        var logs = try folder.logs { $0.facts.candidate = .init("x", from: "") }
        let runs = logs.labelled()
        #expect(runs.count == 1 && runs[0].found.name == "\(folder.path)/run")
        #expect(runs.first?.run.curve.points.map(\.loss) == [11.5, 10.5, 2.5])
    }

    @Test func aLogThatEndsInZerosIsRead() throws {
        let folder = try LogFolder(["a.log": log(3) + String(repeating: "\u{0}", count: 100)])
        var logs = try folder.logs { $0.facts.candidate = .init("x", from: "") }
        #expect(logs.labelled().first?.run.curve.points.last?.loss == 3)
    }

    @Test func namesFromLogsAreFitForATerminal() throws {
        let folder = try LogFolder(["a.jsonl": "{\"optimizer\":\"\\u001b[31mred\"}\n{\"step\":1,\"val_loss\":3}\n"])
        var logs = try folder.logs()
        #expect(logs.labelled().isEmpty && logs.problems.count == 1)
    }

    /// A pattern of a folder of files that are no logs of ours: each says how to get one.
    @Test(arguments: [
        ("a.parquet", "PAR1", "pandas.read_parquet"), ("a b.xlsx", "PK\u{3}\u{4}", "pandas.read_excel"),
        ("a.zip", "PK\u{3}\u{4}", "unzip"), ("run-abc.wandb", ":W&B", "wandb sync"),
    ])
    func foreignFilesAreRefusedWithACommand(name: String, start: String, command: String) throws {
        let folder = try LogFolder([name: start + "\u{0}\u{1}"])
        let logs = try LogImport(["\(folder.path)/\(name)"], LogImport.Options.init())
        #expect(logs.problems.first?.hint?.contains(command) == true, "\(logs.problems)")
        #expect(!name.contains(" ") || logs.problems.first?.hint?.contains("'\(folder.path)/\(name)'") == true)
    }
}
