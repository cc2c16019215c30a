// What a store remembers of candidates, imports and comparisons has checksums: no flipped bit is taken for another record.

import Foundation
import RunStore
import ScalebenchCore
import Testing

/// What a store remembers, with one bit of it turned over.
@Suite final class FlippedBitTests {
    private let root = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// Turns over every bit of a file in turn.
    /// - Parameter isNoticed: whether nothing else than what was written is read.
    private func expectNoticed(_ file: String, _ isNoticed: () -> Bool) throws {
        let url = URL(fileURLWithPath: file), whole = try Data(contentsOf: url)
        #expect(isNoticed())
        var missed: [String] = []
        for bit in 0..<8 * whole.count {
            var damaged = whole
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try damaged.write(to: url)
            if !isNoticed() { missed.append("bit \(bit % 8) of byte \(bit / 8)") }
        }
        #expect(missed.isEmpty)
    }

    @Test func ofTheRecordOfACandidate() throws {
        let store = try RunStore(root: root)
        let places = (0..<3).map { place in
            CandidateRuns.PlaceRuns(
                label: "\(place)", flops: Double(place + 1), tokens: 8,
                runs: [.init(seed: 0, id: RunID(rawValue: "a\(place)"))])
        }
        let record = CandidateRecord(
            suite: .init(name: "s", version: 1, dataset: "d", dataHash: "h", thresholds: VerdictThresholds()),
            suiteHash: "h", question: "?", axis: .flops,
            candidate: CandidateRuns(name: "a", notes: "", recipe: "r", places: places), firstWritten: "2026-01-01",
            position: 0)
        try store.add(record)
        let names = FileManager.default.enumerator(atPath: root + "/entries")?.allObjects as? [String] ?? []
        let file = try #require(names.first { $0.hasSuffix(".json") })
        try expectNoticed("\(root)/entries/\(file)") {
            let (records, errors) = store.candidateRecords()
            return records == [record] && errors.isEmpty || records.isEmpty && errors.count == 1
        }
    }

    @Test func ofAnImportedRun() throws {
        let store = try RunStore(root: root)
        let folder = try LogFolder(["muon-10M-s1.log": "s:0 tel:9\ns:100 tel:3\n"])
        var logs = try folder.logs { $0.namePattern = try NamePattern("{candidate}-{params}-s{seed}") }
        let run = try #require(logs.labelled().first?.run)
        _ = try store.add([run])
        let kept = store.imports().runs
        #expect(kept.count == 1)
        try expectNoticed(store.importFile(run.id)) {
            let (runs, errors) = store.imports()
            return runs == kept && errors.isEmpty || runs.isEmpty && errors.count == 1
        }
    }

    @Test func ofTheHistory() throws {
        let store = try RunStore(root: root)
        let record = try HistoryRecord.sample
        try store.append(record)
        try expectNoticed("\(root)/history.jsonl") {
            let (records, errors) = store.history()
            // Without its newline the last line is torn, which the next writer mends.
            return records == [record] && errors.isEmpty || records.isEmpty && errors.count <= 1
        }
    }
}

extension HistoryRecord {
    /// A record that says little.
    fileprivate static var sample: HistoryRecord {
        get throws {
            let text = """
                {"board":"b","candidates":[{"name":"a","recipe":"r"}],"commit":null,"flops":1e12,"machine":"m","night":null,
                "pairs":[],"program":"1","report":null,"result":"x","runs":8,"schemaVersion":1,"suite":{"dataHash":"h",
                "dataset":"d","name":"s","thresholds":THRESHOLDS,"version":1},"time":"2026-01-01","uncommittedChanges":null}
                """
            let thresholds = String(decoding: try JSONDocument.line(VerdictThresholds()), as: UTF8.self)
            return try JSONInput.decode(
                HistoryRecord.self, from: Data(text.replacing("THRESHOLDS", with: thresholds).utf8))
        }
    }
}
