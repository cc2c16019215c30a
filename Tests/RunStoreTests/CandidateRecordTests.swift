import Foundation
import RunStore
import ScalebenchCore
import Testing

@Suite final class EntryTests {
    private let root = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    private func entry(
        _ name: String = "a", version: Int = 1, date: String = "2026-01-01T00:00:00Z", notes: String = "",
        position: Int = 0, places count: Int = 3
    ) -> CandidateRecord {
        let places = (0..<count).map { place in
            CandidateRuns.PlaceRuns(
                label: "\(place)", flops: Double(place + 1), tokens: 8,
                runs: [.init(seed: 0, id: RunID(rawValue: "\(name)\(place)"))])
        }
        return CandidateRecord(
            suite: .init(
                name: "s/../x", version: version, dataset: "d", dataHash: "h", thresholds: VerdictThresholds()),
            suiteHash: "h", question: "?", axis: .flops,
            candidate: CandidateRuns(name: name, notes: notes, recipe: "r", places: places), firstWritten: date,
            position: position)
    }

    private var files: [String] {
        (FileManager.default.enumerator(atPath: root + "/entries")?.allObjects as? [String] ?? [])
            .filter { $0.hasSuffix(".json") }
    }

    @Test func anEntryIsWrittenOnceAndKeepsItsFirstDate() throws {
        let store = try RunStore(root: root)
        try store.add(entry())
        try store.add(entry(date: "2027-01-01T00:00:00Z", position: 1))
        #expect(store.candidateRecords().records == [entry()])
        #expect(files.count == 1)
        try store.add(entry(notes: "changed"))
        #expect(files.count == 2, "nothing is overwritten")
    }

    @Test func boardsAndNamesGetFoldersAndFilesInsideTheStore() throws {
        let store = try RunStore(root: root)
        for entry in [entry(), entry("a", version: 2), entry("../../b"), entry(String(repeating: "x", count: 9999))] {
            try store.add(entry)
        }
        #expect(files.count == 4)
        #expect(store.candidateRecords().records.count == 4)
        #expect(Set(files.map { $0.split(separator: "/")[0] }).count == 2)
        #expect(entry().board != entry(version: 2).board)
        #expect(entry().board == entry("other").board)
    }

    @Test func aDamagedEntryIsNamedAndTheOthersAreRead() throws {
        let store = try RunStore(root: root)
        try store.add(entry())
        try store.add(entry("b"))
        let broken = try #require(files.first)
        for text in ["{", "{}"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/entries/\(broken)"))
            let (entries, errors) = store.candidateRecords()
            #expect(entries.count == 1)
            #expect(errors.count == 1 && errors[0].location?.hasSuffix(broken) == true)
        }
    }

    @Test(arguments: [2, 4]) func aRecordWithAnotherLadderThanItsBoardIsNamed(others: Int) throws {
        let store = try RunStore(root: root)
        let wrong = entry("wrong", places: others == 2 ? 9 : 4)
        try store.add(wrong)
        for name in ["a", "b", "c", "d"].prefix(others) { try store.add(entry(name)) }
        // A suite's next version may have another ladder.
        try store.add(entry("a", version: 2, places: 5))
        let (records, errors) = store.candidateRecords()
        #expect(records.count == others + 1 && !records.contains(wrong))
        #expect(errors.count == 1 && errors[0].location?.contains("wrong-") == true)
        #expect("\(errors)".contains("places, that of its board's other candidates 3"))
    }

    @Test func lookingForAStoreMakesNone() {
        #expect { _ = try RunStore.existing(root: root) } throws: { ($0 as? ScalebenchError)?.code == .notFound }
        #expect(!FileManager.default.fileExists(atPath: root))
    }
}
