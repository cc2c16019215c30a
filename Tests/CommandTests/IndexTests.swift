// The index of runs: it makes lists fast, and nothing depends on it.

import Foundation
import Testing

struct IndexTests {
    private func store() throws -> Scratch {
        let scratch = try Scratch()
        let compare = [
            "compare", try scratch.synthetic("a", SyntheticLaw()),
            try scratch.synthetic("b", SyntheticLaw(amplitude: 1.1)),
            "--suite", try scratch.syntheticSuite(), "--store", "store", "--quiet",
        ]
        #expect(try Tool.run(compare, in: scratch.url).status == 0)
        try scratch.letFilesAge()
        return scratch
    }

    private func list(_ scratch: Scratch, _ more: [String] = []) throws -> String {
        let result = try Tool.run(["runs", "list", "--store", "store"] + more, in: scratch.url)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        return result.output
    }

    @Test func listsAreTheSameWithAndWithoutTheIndex() throws {
        let scratch = try store(), index = scratch.url.appendingPathComponent("store/index.sqlite")
        let filters = [
            [], ["--candidate", "a"], ["--suite", "planted", "--json"], ["--status", "completed", "--limit", "3"],
        ]
        let first = try filters.map { try list(scratch, $0) }
        #expect(FileManager.default.fileExists(atPath: index.path))
        #expect(first[0].split(separator: "\n").count > 20)
        #expect(try filters.map { try list(scratch, $0) } == first)
        for damage in [Data(), Data("no database".utf8), try Data(contentsOf: index).prefix(3000)] {
            try damage.write(to: index)
            #expect(try filters.map { try list(scratch, $0) } == first)
        }
        try FileManager.default.removeItem(at: index)
        try FileManager.default.createDirectory(at: index, withIntermediateDirectories: false)
        #expect(try filters.map { try list(scratch, $0) } == first)
    }

    @Test func aFlippedBitOfTheIndexShowsNothingElse() throws {
        let scratch = try store(), index = scratch.url.appendingPathComponent("store/index.sqlite")
        let first = try list(scratch), whole = try Data(contentsOf: index)
        for place in stride(from: 100, to: whole.count, by: whole.count / 150) {
            var damaged = whole
            damaged[place] ^= 1 << UInt8(place % 8)
            try damaged.write(to: index)
            #expect(try list(scratch) == first, "byte \(place) of \(whole.count)")
        }
    }

    @Test func theIndexIsUsed() throws {
        let scratch = try store(), first = try list(scratch)
        // Other bytes with the same size and time are not looked at.
        let name = try #require(scratch.files(under: "store/runs").first { $0.hasSuffix("/events.jsonl") })
        let file = scratch.url.appendingPathComponent("store/runs/\(name)")
        let date = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
        let bytes = try Data(contentsOf: file)
        try Data(repeating: UInt8(ascii: "x"), count: bytes.count).write(to: file)
        try FileManager.default.setAttributes([.modificationDate: try #require(date)], ofItemAtPath: file.path)
        #expect(try list(scratch) == first)
        // Another time is.
        try FileManager.default.setAttributes([.modificationDate: Date.now - 30], ofItemAtPath: file.path)
        #expect(try list(scratch) != first)
        try bytes.write(to: file)
        #expect(try list(scratch) == first)
    }

    @Test func runsThatComeAndGoAreNoticed() throws {
        let scratch = try store(), first = try list(scratch)
        let run = try #require(scratch.files(under: "store/runs").first?.split(separator: "/").first)
        let folder = scratch.url.appendingPathComponent("store/runs/\(run)"),
            aside = scratch.url.appendingPathComponent("x")
        try FileManager.default.moveItem(at: folder, to: aside)
        #expect(!(try list(scratch)).contains(run))
        try FileManager.default.moveItem(at: aside, to: folder)
        #expect(try list(scratch) == first)
        // So is another candidate.
        let again = [
            "compare", try scratch.synthetic("c", SyntheticLaw(amplitude: 1.2)), "b.json", "--suite", "./planted",
            "--store", "store",
            "--quiet",
        ]
        #expect(try Tool.run(again, in: scratch.url).status == 0)
        #expect(try list(scratch, ["--candidate", "c"]).contains(" c "))
    }

    @Test func runsAreRemovedWhenTheyAreOld() throws {
        let scratch = try store(), before = scratch.files(under: "store/runs").count
        let remove = { (more: [String]) in
            try Tool.run(["runs", "remove", "--store", "store"] + more, in: scratch.url)
        }
        #expect(try remove([]).status == 64 && remove(["--older-than", "soon"]).status == 64)
        #expect(try remove(["--older-than", "1d", "--yes"]).errors.contains("There is no such run"))
        let preview = try remove(["--older-than", "0h"])
        #expect(preview.status == 0 && preview.errors.contains("would be removed; add --yes"))
        #expect(scratch.files(under: "store/runs").count == before)
        let part = try remove(["--candidate", "a", "--yes"])
        #expect(part.errors.contains("and 1 candidate that had no other."), "\(part.errors)")
        #expect(!(try list(scratch)).contains(" a "))
        #expect(try remove(["--older-than", "0h", "--yes"]).status == 0)
        #expect(scratch.files(under: "store/runs").isEmpty)
        #expect(!scratch.files(under: "store/entries").contains { $0.hasSuffix(".json") })
        #expect(
            try Tool.run(["history", "--store", "store"], in: scratch.url).output.contains("planted: 1 comparison"))
        let doctor = try Tool.run(["doctor", "--store", "store"], in: scratch.url)
        #expect(!doctor.output.contains("damaged"), "\(doctor.output)")
    }

    @Test func shortListsAreTheStartsOfLongOnes() throws {
        let scratch = try store()
        let ids = { (more: [String]) in try list(scratch, more).split(separator: "\n").map { $0.prefix(18) } }
        let all = try ids([])
        #expect(try ids(["--limit", "5"]).prefix(6) == all.prefix(6))
        // What was read just now and what is remembered stand in one order.
        let name = try #require(scratch.files(under: "store/runs").first { $0.hasSuffix("/events.jsonl") })
        let path = scratch.url.appendingPathComponent("store/runs/\(name)").path
        try FileManager.default.setAttributes([.modificationDate: Date.now], ofItemAtPath: path)
        #expect(try ids([]) == all)
    }
}

extension Scratch {
    /// Makes all files of a store older: one that has just been written may still change without another time, so that
    /// nothing is remembered of it yet.
    func letFilesAge(store: String = "store") throws {
        for file in files(under: store) {
            let path = url.appendingPathComponent("\(store)/\(file)").path
            try FileManager.default.setAttributes([.modificationDate: Date.now - 60], ofItemAtPath: path)
        }
    }
}
