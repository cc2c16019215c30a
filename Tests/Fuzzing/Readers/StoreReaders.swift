// The files of a store and of baselines: written by scalebench, and changed since by disks, people or other versions.

import Foundation
import RunStore
import ScalebenchCore
import TokenData

extension Readers {
    static let store: [Reader] = [
        file("store-marker", "store.json") { store in
            _ = try RunStore(root: store.root)
        },
        file("store-job", \.job) { try readAll($0) },
        file("store-events", \.events) { try readAll($0) },
        file("candidate-record", \.record) { try readAll($0) },
        file("imported-run", \.imported) { store in
            try readAll(store)
            _ = try store.add([SampleStore.importedRun])
        },
        file("history", "history.jsonl") { store in
            _ = store.history()
            if let last = store.history().records.last { try store.append(last) }
        },
        file("run-index", "index.sqlite") { _ = try RunCatalog($0).summaries() },
        file("submission", \.submission) { store in
            let folder = store.folder(of: try Sample.job().runID)
            let newest = RunSubmission.newest(in: folder)
            _ = (newest?.isBeingSubmitted, newest?.end(in: folder), newest?.hasStarted(in: folder))
            _ = RunSubmission.idleJobs(in: folder, at: nil)
        },
        file("submission-end", \.submissionEnd) { store in
            let folder = store.folder(of: try Sample.job().runID)
            _ = RunSubmission.newest(in: folder)?.end(in: folder)
        },
        baseline("baseline", "candidate.json"), baseline("baseline-runs", "runs.jsonl.zst"),
    ]

    private static func readAll(_ store: RunStore) throws {
        let catalog = RunCatalog(store)
        _ = (catalog.errors, catalog.names)
        for run in try catalog.runs() { _ = run.curve.points.last }
    }

    /// A reader of one file of the store that `SampleStore` makes.
    private static func file(
        _ name: String, _ place: @escaping @Sendable (SampleStore) -> String,
        _ read: @escaping @Sendable (RunStore) throws -> Void
    ) -> Reader {
        Reader(name) { bench in
            let sample = try SampleStore("\(bench.path)/store"), path = place(sample)
            let made = FileManager.default.fileExists(atPath: path) ? [try InputFile.read(path)] : []
            return Reader.Prepared(made: made) { data in
                try data.write(to: URL(fileURLWithPath: path))
                try read(sample.store)
            }
        }
    }

    private static func file(
        _ name: String, _ path: String, _ read: @escaping @Sendable (RunStore) throws -> Void
    ) -> Reader {
        file(name, { "\($0.store.root)/\(path)" }, read)
    }

    /// A reader of one of the two files of a baseline. The runs are named by their checksum, which is made right.
    private static func baseline(_ name: String, _ file: String) -> Reader {
        Reader(name) { bench in
            let sample = try SampleStore("\(bench.path)/store"), root = "\(bench.path)/baselines"
            let entry = try BaselineStore.write(sample.record0, [sample.finished], to: root).entry
            let document = "\(entry.folder)/candidate.json", isRuns = file != "candidate.json"
            let names = try FileManager.default.contentsOfDirectory(atPath: entry.folder)
            let runs = "\(entry.folder)/\(names.first { $0 != "candidate.json" }!)"
            let made = try isRuns ? ByteSource.readAll(runs) : InputFile.read(document)
            return Reader.Prepared(made: [made]) { data in
                if isRuns {
                    var baseline = entry.baseline
                    baseline.runsHash = ContentHash.sha256(data)
                    try JSONDocument.pretty(baseline).write(to: URL(fileURLWithPath: document))
                    try Compression.zstd(data).write(to: URL(fileURLWithPath: runs))
                } else {
                    try data.write(to: URL(fileURLWithPath: document))
                }
                let (store, errors) = BaselineStore.survey([root])
                _ = errors
                for entry in store.entries { _ = try entry.runs() }
            }
        }
    }
}

/// A store with one finished run, one imported run and a job of a scheduler.
struct SampleStore {
    let store: RunStore
    private let folder: RunFolder
    let record0: CandidateRecord
    let finished: FinishedRun

    static let importedRun = ImportedRun(
        labels: .init(candidate: "i", seed: 0, parameters: 1e6, tokens: 1e9, flops: nil),
        source: .init(
            file: "log.csv", sha256: String(repeating: "a", count: 64), format: "csv", run: "r", metric: "loss"),
        curve: LossCurve(
            unit: .natsPerToken, points: [.init(step: 1, tokens: 2, loss: 3), .init(step: 2, tokens: 4, loss: 2)]),
        imported: "2026-01-01T00:00:00Z")

    init(_ root: String) throws {
        store = try RunStore(root: root)
        let job = try Sample.job(), spec = job.spec
        folder = store.folder(of: job.runID)
        try store.prepare(job)
        try Sample.lines(Sample.events(of: spec)).write(to: URL(fileURLWithPath: folder.events))
        let places = ["width 8", "width 16", "width 32"].map {
            CandidateRuns.PlaceRuns(
                label: $0, flops: spec.flops, tokens: spec.tokens, runs: [.init(seed: 1, id: spec.runID)])
        }
        record0 = CandidateRecord(
            suite: .init(name: "s", version: 1, dataset: "d", dataHash: "d", thresholds: VerdictThresholds()),
            suiteHash: "h", question: "?", axis: .flops,
            candidate: CandidateRuns(name: "c", notes: "", recipe: "r", places: places),
            firstWritten: "2026-01-01T00:00:00Z", position: 0)
        finished = FinishedRun(candidate: "c", place: "width 8", spec: spec, record: Sample.record(of: spec))
        // Without their checksums, behind which no mutant would come.
        try store.add(record0)
        try JSONDocument.line(record0).write(to: URL(fileURLWithPath: record))
        _ = try store.add([Self.importedRun])
        try JSONDocument.line(Self.importedRun).write(to: URL(fileURLWithPath: imported))
        let claim = try RunSubmission.claim(folder, after: 0, launch: "l", checkpointStep: nil)
        if let claim { try RunSubmission.note(.init(exitStatus: 1, reason: "r"), of: claim.number, in: folder) }
    }

    var job: String { folder.job }
    var events: String { folder.events }
    var imported: String { store.importFile(Self.importedRun.id) }
    var submission: String { "\(folder.submissions)/1.json" }
    var submissionEnd: String { "\(folder.submissions)/1.ended" }
    var record: String {
        let entries = "\(store.root)/entries"
        let files = FileManager.default.enumerator(atPath: entries)?.allObjects as? [String] ?? []
        return "\(entries)/\(files.first { $0.hasSuffix(".json") }!)"
    }
}
