// Baselines: what is kept of a run, how files are written and read, and what happens where they are damaged.

import Foundation
import RunStore
import ScalebenchCore
import Testing

@Suite final class BaselineTests {
    private let root = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    private static let suite = """
        { "version": 1, "question": "?", "dataset": "d", "contextLength": 8,
          "rungs": [{ "width": 8, "layers": 1, "tokens": 64 }, { "width": 16, "layers": 1, "tokens": 64 }],
          "target": { "width": 32, "layers": 1, "tokens": 64 },
          "evaluation": { "sequences": 256, "curvePoints": 2, "curveSequences": 64 } }
        """

    /// One run at each of three places, with losses that no rounding leaves alone.
    private func runs(_ name: String = "a", host: String = "n1", rate: Double = 0.1) throws -> [FinishedRun] {
        let text = #"{ "batchTokens": 16, "optimizer": { "learningRate": \#(rate) }, "model": { "heads": 1 } }"#
        let suite = try Suite(try ConfigReader.parse(Data(Self.suite.utf8), file: "s"), defaultName: "s")
        let candidate = try Candidate(try ConfigReader.parse(Data(text.utf8), file: "c"), defaultName: name)
        return try (suite.rungs + [suite.target]).map { rung in
            let spec = try RunSpec(candidate, at: rung, of: suite, vocabularySize: 16, dataHash: "h", seed: 0)
            return FinishedRun(
                candidate: name, place: "width \(rung.width)", spec: spec, record: record(spec, host: host))
        }
    }

    private func record(_ spec: RunSpec, host: String) -> RunRecord {
        var record = RunRecord()
        record.fold(
            .start(
                .init(
                    runID: spec.runID, time: "2026-01-01T00:00:00Z", trainerVersion: "builtin-2", resumedFromStep: 0,
                    parametersTotal: 1, parametersNonEmbedding: 1, flops: 1, machine: ["host": host, "blas": "B 1"])))
        for step in 1...4 {
            record.fold(
                .step(
                    .init(
                        step: step, tokens: step * 16, natsPerToken: 3 / Double(step), learningRate: 0.1,
                        gradientNorm: 1, seconds: Double(step) / 3)))
        }
        let losses = (0..<256).map { 2.7 + 0.3 * sin(Double($0) * 1.7) }
        let mean = losses.reduce(0, +) / 256
        for (step, sequences) in [(2, 64), (4, 256)] {
            record.fold(
                .evaluation(
                    .init(
                        step: step, tokens: step * 16, natsPerToken: sequences == 256 ? mean : 2.7345678901234567,
                        standardError: 0.0123456789, sequences: sequences,
                        sequenceNatsPerToken: sequences == 256 ? losses : nil,
                        updateToWeight: sequences == 256 ? 0.00123456 : nil)))
        }
        record.fold(.end(.init(status: .completed, step: 4, tokens: 64, seconds: 4.0 / 3)))
        return record
    }

    private func candidate(_ name: String, _ runs: [FinishedRun]) -> CandidateRecord {
        let places = runs.map { run in
            CandidateRuns.PlaceRuns(
                label: run.place, flops: run.spec.flops, tokens: run.spec.tokens,
                runs: [.init(seed: 0, id: run.spec.runID)])
        }
        return CandidateRecord(
            suite: .init(name: "s", version: 1, dataset: "d", dataHash: "h", thresholds: VerdictThresholds()),
            suiteHash: "h", question: "?", axis: .flops,
            candidate: CandidateRuns(name: name, notes: "", recipe: "r-\(name)", places: places),
            firstWritten: "2026-01-01T00:00:00Z", position: 0)
    }

    @discardableResult private func write(_ name: String, _ runs: [FinishedRun]) throws -> BaselineStore.WriteOutcome {
        try BaselineStore.write(candidate(name, runs), runs, to: root).outcome
    }

    private func code(_ body: () throws -> Void) -> ScalebenchError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ScalebenchError)?.code
        }
    }

    @Test func whatAVerdictNeedsIsKept() throws {
        let runs = try runs()
        #expect(try write("a", runs) == .added)
        let store = try BaselineStore.open(suite: "s", [root])
        for run in runs {
            let kept = try #require(try store.record(run.spec.runID)), own = run.record
            #expect(kept.start == own.start && kept.end == own.end)
            #expect(kept.evaluations.map(\.natsPerToken) == own.evaluations.map(\.natsPerToken))
            #expect(kept.evaluations.map(\.updateToWeight) == [nil, 0.001235])
            #expect(kept.steps == Array(own.steps.suffix(2)))
            let losses = try #require(kept.finalEvaluation?.sequenceNatsPerToken)
            let exact = try #require(own.finalEvaluation?.sequenceNatsPerToken)
            let errors = zip(losses, exact).map { $0 - $1 }
            #expect(abs(errors.reduce(0, +)) < 1e-9, "the mean over all sequences is exact")
            #expect(errors.prefix(64).allSatisfy { abs($0) <= 0.51e-4 } && errors.allSatisfy { abs($0) < 0.011 })
        }
        let baseline = try #require(store.entries.first?.baseline)
        #expect(baseline.machines == [["host": "n1", "blas": "B 1", "trainer": "builtin-2"]])
        #expect(baseline.runs.map(\.place) == ["width 8", "width 16", "width 32"])
        #expect(try store.record(RunID(rawValue: "unknown")) == nil)
    }

    @Test func writingTwiceChangesNothingAndOtherRunsReplaceAll() throws {
        #expect(try write("a", runs()) == .added)
        let file = "\(root)/s/a/candidate.json", before = try FileManager.default.attributesOfItem(atPath: file)
        #expect(try write("a", runs()) == .unchanged)
        let after = try FileManager.default.attributesOfItem(atPath: file)
        #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
        #expect(try write("a", runs(host: "n2", rate: 0.2)) == .replaced)
        let entries = try BaselineStore.open(suite: "s", [root]).entries
        #expect(entries.count == 1 && entries[0].baseline.machines[0]["host"] == "n2")
        #expect(try entries[0].runs().count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(root)/s") == ["a"])
        // A runs file that cannot be read is written again, also for the same runs.
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(root)/s/a/runs.jsonl.zst"))
        #expect(try write("a", runs(host: "n2", rate: 0.2)) == .replaced)
        #expect(try BaselineStore.open(suite: "s", [root]).entries[0].runs().count == 3)
    }

    @Test func differentNamesHaveDifferentFolders() {
        let names = ["adam", "Adam", "adam ", "a/../b", "..", "", "a_b", "a-b", "ä", String(repeating: "n", count: 90)]
        let folders = names.map(BaselineStore.safeName)
        #expect(Set(folders).count == names.count && folders[0] == "adam")
        #expect(folders.allSatisfy { $0.wholeMatch(of: /[a-z0-9-]+/) != nil })
    }

    @Test func theOwnStoreComesFirst() throws {
        let runs = try runs()
        try write("a", runs)
        var store = try RunStore(root: "\(root)/store")
        store.baselines = try BaselineStore.open(suite: "s", [root])
        let id = runs[0].spec.runID
        #expect(try store.record(id)?.isFinished == true && store.baseline(of: id)?.name == "a")
        // A run that was begun here does not hide the finished one.
        let folder = store.folder(of: id)
        try AtomicFile.makeFolder(folder.path)
        let start = RunEvent.start(try #require(runs[0].record.start))
        try JSONDocument.line(start).write(to: URL(fileURLWithPath: folder.events))
        #expect(try store.record(id)?.isFinished == true && store.baseline(of: id) != nil)
        let end = try JSONDocument.line(RunEvent.end(try #require(runs[0].record.end)))
        try (try JSONDocument.line(start) + end).write(to: URL(fileURLWithPath: folder.events))
        #expect(try store.record(id)?.evaluations.isEmpty == true && store.baseline(of: id) == nil)
    }

    @Test func damagedFilesAreNamed() throws {
        let runs = try runs()
        try write("a", runs)
        let runsFile = "\(root)/s/a/runs.jsonl.zst", document = "\(root)/s/a/candidate.json"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: runsFile))
        for damaged in [Data(), bytes.prefix(bytes.count / 2), bytes + Data("x".utf8), Data("{}".utf8)] {
            try damaged.write(to: URL(fileURLWithPath: runsFile))
            let store = try BaselineStore.open(suite: "s", [root])
            #expect(code { _ = try store.record(runs[0].spec.runID) } == .damagedData)
        }
        try FileManager.default.removeItem(atPath: runsFile)
        let error = #expect(throws: ScalebenchError.self) {
            try BaselineStore.open(suite: "s", [root]).record(runs[0].spec.runID)
        }
        #expect(error?.location == runsFile && error?.hint?.contains("--no-baselines") == true)
        for text in ["", "{", "{}", "[]"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: document))
            #expect(code { _ = try BaselineStore.open(suite: "s", [root]) } == .damagedData)
            #expect(BaselineStore.survey([root]).errors.count == 1)
        }
    }

    /// A changed byte is an error or changes nothing that matters; it never ends the program.
    @Test func mutantsDoNotCrash() throws {
        let runs = try runs()
        try write("a", runs)
        var random = Philox(seed: 1)
        for name in ["candidate.json", "runs.jsonl.zst"] {
            let file = URL(fileURLWithPath: "\(root)/s/a/\(name)"), bytes = try Data(contentsOf: file)
            for _ in 0..<300 {
                var mutant = bytes
                for _ in 0...(random.next32() % 3) {
                    mutant[Int(random.next32()) % mutant.count] = UInt8(random.next32() % 256)
                }
                try mutant.write(to: file)
                let store = BaselineStore.survey([root]).store
                for run in runs { _ = try? store.record(run.spec.runID) }
            }
            try bytes.write(to: file)
        }
        #expect(try BaselineStore.open(suite: "s", [root]).record(runs[0].spec.runID) != nil)
    }
}

/// The baselines of this repository.
struct RecordedBaselineTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../baselines").standardized.path

    @Test func allCanBeReadAndAreSmall() throws {
        let (store, errors) = BaselineStore.survey([Self.folder])
        #expect(errors.isEmpty && !store.entries.isEmpty)
        for entry in store.entries {
            #expect(try entry.runs().count == entry.baseline.runs.count)
        }
        #expect(store.entries.reduce(0) { $0 + $1.size } < 3_000_000)
    }
}
