import Foundation
import RunStore
import ScalebenchCore
import Testing

@Suite final class RunStoreTests {
    private let root = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    private func job(seed: Int = 1, dataFolder: String = "data") throws -> RunJob {
        let candidate = #"{ "batchTokens": 16, "optimizer": { "learningRate": 0.1 }, "model": { "heads": 1 } }"#
        let suite = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 8,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 64 }, { "width": 16, "layers": 1, "tokens": 64 }],
              "target": { "width": 32, "layers": 1, "tokens": 64 } }
            """
        let ladder = try Suite(try ConfigReader.parse(Data(suite.utf8), file: "s"), defaultName: "s")
        let spec = try RunSpec(
            try Candidate(try ConfigReader.parse(Data(candidate.utf8), file: "c"), defaultName: "c"),
            at: ladder.rungs[0], of: ladder, vocabularySize: 16, dataHash: "h", seed: seed)
        return RunJob(spec, dataset: .init(name: "d", folder: dataFolder))
    }

    private func code(_ body: () throws -> Void) -> ScalebenchError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ScalebenchError)?.code
        }
    }

    /// Process 4194304 is above the largest number that Linux gives.
    @Test func whatAKilledWriterLeftIsRemoved() throws {
        let store = try RunStore(root: root), job = try job(), folder = store.folder(of: job.runID).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let dead = "\(folder)/job.json.tmp-4194304", alive = "\(folder)/job.json.tmp-\(getpid())"
        for file in [dead, alive] {
            try Data().write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes([.modificationDate: Date.now - 60], ofItemAtPath: file)
        }
        // This process replaces its own file when it writes the job.
        try store.prepare(job)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["job.json"])
        // So too where the job is there already.
        try Data().write(to: URL(fileURLWithPath: dead))
        try FileManager.default.setAttributes([.modificationDate: Date.now - 60], ofItemAtPath: dead)
        try store.prepare(job)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["job.json"])
    }

    @Test func preparedJobIsReadBack() throws {
        let store = try RunStore(root: root)
        let jobs = try [job(seed: 1), job(seed: 2)]
        for job in jobs { try store.prepare(job) }
        #expect(try store.list() == jobs.map(\.runID).sorted { $0.rawValue < $1.rawValue })
        #expect(try RunJob.open(store.folder(of: jobs[0].runID)) == jobs[0])
        #expect(try RunStore(root: root).list().count == 2)
    }

    @Test func dataThatMovedIsFoundAgain() throws {
        let store = try RunStore(root: root)
        let before = try job(dataFolder: "there"), after = try job(dataFolder: "here")
        #expect(before.runID == after.runID)
        try store.prepare(before)
        try store.prepare(after)
        #expect(try RunJob.open(store.folder(of: after.runID)).dataset?.folder == "here")
    }

    @Test func recordIsNilBeforeAndReadAfter() throws {
        let store = try RunStore(root: root)
        let job = try job()
        #expect(try store.record(job.runID) == nil)
        try store.prepare(job)
        #expect(try store.record(job.runID) == nil)
        let events = store.folder(of: job.runID).events
        let line = #"{"event":"end","status":"completed","step":1,"tokens":2,"seconds":3}"#
        try Data("\(line)\n{\"torn".utf8).write(to: URL(fileURLWithPath: events))
        let record = try #require(try store.record(job.runID))
        #expect(record.isFinished && record.hasTornLine)
        try Data("garbage\n".utf8).write(to: URL(fileURLWithPath: events))
        #expect(code { _ = try store.record(job.runID) } == .damagedData)
    }

    @Test func placesThatCannotHoldAStore() throws {
        try Data().write(to: URL(fileURLWithPath: root))
        #expect(code { _ = try RunStore(root: root) } == .inputOutput)
        #expect(code { _ = try RunStore(root: "/proc/scalebench-store") } == .inputOutput)
    }

    @Test func newerLayoutIsRefused() throws {
        _ = try RunStore(root: root)
        let marker = URL(fileURLWithPath: "\(root)/store.json")
        try Data("{\"layoutVersion\":2}".utf8).write(to: marker)
        #expect(code { _ = try RunStore(root: root) } == .invalidInput)
        try Data("{}".utf8).write(to: marker)
        #expect(code { _ = try RunStore(root: root) } == .damagedData)
    }

    @Test func tailGivesEachEventOnce() throws {
        let folder = RunFolder(root)
        try AtomicFile.makeFolder(root)
        var tail = EventTail(folder)
        #expect(tail.newEvents().isEmpty)
        let line = { (step: Int) in "{\"event\":\"checkpoint\",\"step\":\(step)}\n" }
        let append = { (text: String) in
            let present = (try? Data(contentsOf: URL(fileURLWithPath: folder.events))) ?? Data()
            try (present + Data(text.utf8)).write(to: URL(fileURLWithPath: folder.events))
        }
        try append(line(1) + "{\"event\":\"check")
        #expect(tail.newEvents() == [.checkpoint(.init(step: 1))])
        #expect(tail.newEvents().isEmpty)
        try append("point\",\"step\":2}\n" + line(3))
        #expect(tail.newEvents() == [.checkpoint(.init(step: 2)), .checkpoint(.init(step: 3))])
    }

    @Test func eventsOfAnotherRunAreRefused() throws {
        let store = try RunStore(root: root)
        let one = try job(seed: 1), other = try job(seed: 2)
        try store.prepare(one)
        try store.prepare(other)
        let start = RunEvent.start(
            .init(
                runID: other.runID, time: "t", trainerVersion: "v", resumedFromStep: 0, parametersTotal: 1,
                parametersNonEmbedding: 1, flops: 1, machine: [:]))
        let line = try JSONEncoder().encode(start) + Data("\n".utf8)
        try line.write(to: URL(fileURLWithPath: store.folder(of: other.runID).events))
        try line.write(to: URL(fileURLWithPath: store.folder(of: one.runID).events))
        #expect(try store.record(other.runID)?.start?.runID == other.runID)
        #expect(code { _ = try store.record(one.runID) } == .damagedData)
    }
}
