// `site` over stores that `compare` filled.

import Foundation
import Testing

struct SiteTests {
    /// A store with two comparisons of synthetic candidates.
    private func store(_ scratch: Scratch) throws {
        let suite = try scratch.syntheticSuite(seeds: [2, 2, 1, 1])
        let a = try scratch.synthetic("a", .init()), b = try scratch.synthetic("b", .init(amplitude: 1.1))
        let c = try scratch.synthetic("c", .init(amplitude: 0.8, divergesFromWidth: 64))
        for others in [[b], [b, c]] {
            let result = try Tool.run(["compare", a] + others + ["--suite", suite, "--quiet"], in: scratch.url)
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    private func site(_ scratch: Scratch, _ options: [String] = []) throws -> ToolResult {
        try Tool.run(["site", "public"] + options, in: scratch.url)
    }

    private func contents(_ scratch: Scratch) throws -> [String: Data] {
        let files = scratch.files(under: "public").filter { $0.contains(".") }
        return try Dictionary(
            uniqueKeysWithValues: files.map {
                ($0, try Data(contentsOf: scratch.url.appendingPathComponent("public/\($0)")))
            })
    }

    @Test func theSiteOfAStoreIsWholeAndTheSameTwice() throws {
        let scratch = try Scratch()
        try store(scratch)
        let first = try site(scratch)
        #expect(first.status == 0 && first.errors.isEmpty, "\(first.errors)")
        let files = try contents(scratch)
        for run in try FileManager.default.contentsOfDirectory(
            atPath: scratch.url.appendingPathComponent(".scalebench/runs").path)
        {
            #expect(files["runs/\(run).html"] != nil && files["runs/\(run).csv"] != nil)
        }
        #expect(files.keys.contains("suites/planted/candidates/c.html"))
        #expect(files.keys.count { $0.hasPrefix("comparisons/") && $0.hasSuffix(".html") } == 2)
        #expect(files.keys.count { $0.hasPrefix("reports/") } == 2)
        for (path, data) in files where path.hasSuffix(".html") {
            let text = String(decoding: data, as: UTF8.self)
            let folder = scratch.url.appendingPathComponent("public/\(path)").deletingLastPathComponent()
            for match in text.matches(of: /(?:href|src)="([^"#]+)(?:#[^"]*)?"/) {
                let target = folder.appendingPathComponent(String(match.1)).standardizedFileURL.path
                #expect(FileManager.default.fileExists(atPath: target), "\(path) links to \(match.1)")
            }
        }
        let run = try #require(files.first { $0.key.hasPrefix("runs/") && $0.key.hasSuffix(".html") })
        let page = String(decoding: run.value, as: UTF8.self)
        #expect(page.contains("model.width") && page.contains("optimizer.learningRate"))
        let boards = try Tool.run(["leaderboard", "--format", "csv"], in: scratch.url).output
        #expect(files.contains { $0.key.contains("/leaderboard-") && $0.value == Data(boards.utf8) })
        let second = try site(scratch)
        #expect(second.status == 0 && second.output.contains("none of them changed"), "\(second.output)")
        #expect(try contents(scratch) == files)
    }

    @Test func pagesThatAreGoneAreRemovedAndNothingElse() throws {
        let scratch = try Scratch()
        try store(scratch)
        #expect(try site(scratch).status == 0)
        try scratch.write("mine", to: "public/runs/mine.txt")
        let runs = scratch.url.appendingPathComponent(".scalebench/runs")
        let names = try FileManager.default.contentsOfDirectory(atPath: runs.path).sorted()
        try FileManager.default.removeItem(at: runs.appendingPathComponent(names[0]))
        // A run of long ago has no page, but is in the table of the suite.
        let events = runs.appendingPathComponent("\(names[1])/events.jsonl")
        let text = try String(contentsOf: events, encoding: .utf8)
        try text.withoutChecksums.replacing(/"time":"[^"]*"/, with: #""time":"2020-01-01T00:00:00Z""#).write(
            to: events, atomically: true, encoding: .utf8)
        #expect(try site(scratch).status == 0)
        let files = try contents(scratch)
        for name in names.prefix(2) { #expect(files.keys.allSatisfy { !$0.hasPrefix("runs/\(name)") }) }
        #expect(files["runs/\(names[2]).html"] != nil && files["runs/mine.txt"] != nil)
        let table = try #require(files["suites/planted/runs.csv"].map { String(decoding: $0, as: UTF8.self) })
        #expect(table.contains("\(names[1])") && table.contains("2020-01-01"))
    }

    @Test func whatAKilledCommandLeftIsRemoved() throws {
        let scratch = try Scratch()
        try store(scratch)
        #expect(try site(scratch).status == 0)
        let whole = try contents(scratch)
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -60)]
        for place in ["index.html", "runs/0123456789abcdef.csv"] {
            let file = try scratch.write("half", to: "public/\(place).tmp-999999999")
            try FileManager.default.setAttributes(old, ofItemAtPath: file)
        }
        #expect(try site(scratch).status == 0)
        #expect(try contents(scratch) == whole)
    }

    @Test func aForeignFolderIsRefused() throws {
        let scratch = try Scratch()
        try store(scratch)
        try scratch.write("mine", to: "public/mine.txt")
        let refused = try site(scratch)
        #expect(refused.status == 1 && refused.errors.contains("not an empty folder"), "\(refused.errors)")
        #expect(scratch.files(under: "public") == ["mine.txt"])
        // A list that names files outside of the folder removes none of them.
        try scratch.write("kept", to: "kept.txt")
        try scratch.write(
            #"{ "schemaVersion": 1, "files": ["../kept.txt", "/etc/none", "mine.txt"] }"#, to: "public/site.json")
        #expect(try site(scratch).status == 0)
        #expect(scratch.files().contains("kept.txt") && !scratch.files(under: "public").contains("mine.txt"))
        #expect(try Tool.run(["site", "other", "--nights", "0"], in: scratch.url).status == 64)
        #expect(try Tool.run(["site", "other", "--store", "none"], in: scratch.url).status == 1)
        #expect(!scratch.files().contains("other"))
    }
}
