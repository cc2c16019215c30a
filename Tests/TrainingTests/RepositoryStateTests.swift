// What is said of the Git repository around a trainer, in temporary repositories.

import Foundation
import ScalebenchCore
import Testing
import Training

@Suite struct RepositoryStateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @discardableResult private func git(_ arguments: String...) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func write(_ text: String, _ name: String) throws {
        try AtomicFile.makeFolder(((folder.path + "/" + name) as NSString).deletingLastPathComponent)
        try AtomicFile.write(Data(text.utf8), to: "\(folder.path)/\(name)")
    }

    private func facts(in name: String = "trainer", program: String = "git", limit: Double = 60) -> [String: String] {
        RepositoryState(
            folder: "\(folder.path)/\(name)", store: "\(folder.path)/.scalebench", program: program,
            limit: .seconds(limit)
        ).facts
    }

    /// A repository with one commit of `trainer/train.py`.
    private func commit() throws {
        try write("print(1)", "trainer/train.py")
        try write("*.log\n", ".gitignore")
        try git("init", "-q")
        try git("add", "-A")
        try git("commit", "-q", "-m", "first")
    }

    @Test func theCommitAndItsCleanTree() throws {
        try commit()
        #expect(facts() == ["commit": try git("rev-parse", "HEAD"), "uncommittedChanges": "none"])
        // What the store and the programs leave behind is no change.
        for name in ["run.log", ".scalebench/runs/x/events.jsonl", "trainer/__pycache__/a.pyc"] { try write("x", name) }
        #expect(facts()["uncommittedChanges"] == "none")
    }

    @Test func everyChangeHasAHashOfItsOwn() throws {
        try commit()
        var seen: Set<String> = ["none", "not hashed"]
        func expectNew() throws {
            let hash = try #require(facts()["uncommittedChanges"])
            #expect(seen.insert(hash).inserted && hash.count == 16, "\(hash)")
            #expect(facts()["uncommittedChanges"] == hash, "the same tree has the same hash")
        }
        try write("print(2)", "trainer/train.py")
        try expectNew()
        try git("add", "-A")
        try write("print(3)", "trainer/train.py")
        try expectNew()
        try write("a", "other/new.py")
        try expectNew()
        try write("b", "other/new.py")
        try expectNew()
        try git("commit", "-a", "-q", "-m", "second")
        try FileManager.default.removeItem(atPath: "\(folder.path)/other")
        #expect(facts() == ["commit": try git("rev-parse", "HEAD"), "uncommittedChanges": "none"])
    }

    @Test func withoutARepositoryNothingIsSaid() throws {
        try write("print(1)", "trainer/train.py")
        #expect(facts().isEmpty)
        try git("init", "-q")
        #expect(facts().isEmpty, "a repository without a commit")
        try git("add", "-A")
        try git("commit", "-q", "-m", "first")
        #expect(facts().count == 2)
        #expect(facts(program: "no-such-program").isEmpty)
        #expect(facts(in: "nowhere").isEmpty)
    }

    @Test func aSlowRepositoryIsGivenUp() throws {
        try commit()
        try write("#!/bin/sh\n[ \"$3\" = rev-parse ] && exec git \"$@\"\nexec sleep 60\n", "slow")
        #expect(chmod("\(folder.path)/slow", 0o755) == 0)
        let begin = ContinuousClock.now
        #expect(facts(program: "\(folder.path)/slow", limit: 2)["uncommittedChanges"] == "not hashed")
        #expect(begin.duration(to: .now) < .seconds(30))
    }

    @Test func aRunRecordsThem() throws {
        let scripts = try Scripts()
        let trainer = Scripts.good.replacing(#""framework":"sh""#, with: #""framework":"sh","commit":"mine""#)
        let run = try scripts.run(trainer)
        let inside = RepositoryStateTests(at: scripts.folder)
        try inside.git("init", "-q")
        try inside.write("first", "model.py")
        try inside.git("add", "-A")
        try inside.git("commit", "-q", "-m", "first")
        try inside.write("second", "model.py")
        #expect(try scripts.perform(run) == .completed)
        let machine = try #require(try readRecord(run).start?.machine)
        #expect(machine["commit"] == (try inside.git("rev-parse", "HEAD")) && machine["framework"] == "sh")
        #expect(machine["uncommittedChanges"]?.count == 16)
    }

    private init(at folder: TemporaryFolder) { self.folder = folder }
}
