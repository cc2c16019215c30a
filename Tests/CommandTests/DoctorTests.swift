// `doctor` in good and in bad surroundings.

import Foundation
import Testing

struct DoctorTests {
    private func checks(_ scratch: Scratch, _ options: [String] = [], status: Int32 = 0) throws -> [[String: Any]] {
        let result = try Tool.run(["doctor", "--json"] + options, in: scratch.url)
        #expect(result.status == status, "\(result.output)\(result.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        return try #require(document["checks"] as? [[String: Any]])
    }

    private func find(_ name: String, _ checks: [[String: Any]]) -> [String: Any] {
        checks.first { $0["name"] as? String == name } ?? [:]
    }

    @Test func anEmptyFolderIsFineAndStaysEmpty() throws {
        let scratch = try Scratch()
        let all = try checks(scratch)
        #expect((find("kernels", all)["value"] as? String)?.contains("FLOP/s") == true)
        #expect((find("suites", all)["value"] as? String)?.contains("lr-rule") == true)
        #expect((find("folder", all)["value"] as? String)?.contains("none yet") == true)
        #expect(find("baselines", all)["value"] as? String == "none")
        #expect(find("baselines", all)["status"] as? String == "missing")
        #expect(scratch.files().isEmpty)
        let text = try Tool.run(["doctor"], in: scratch.url)
        #expect(text.status == 0 && text.output.contains("All is well.") && text.output.contains("machine"))
    }

    @Test func damageIsNamedWithTheLineThatMendsIt() throws {
        let scratch = try Scratch()
        let compared = try Tool.run(
            [
                "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)),
                "--suite", try scratch.syntheticSuite(), "--quiet", "--all-rungs",
            ], in: scratch.url)
        #expect(compared.status == 0, "\(compared.errors)")
        #expect(find("runs", try checks(scratch))["value"] as? String == "24 completed")
        let files = scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("events.jsonl") }
        try scratch.write("garbage\n", to: ".scalebench/runs/\(files[0])")
        let whole = scratch.url.appendingPathComponent(".scalebench/runs/\(files[1])")
        try (try Data(contentsOf: whole) + Data("{\"ev".utf8)).write(to: whole)
        try scratch.write("x", to: ".scalebench/runs/notes.txt")
        let run = files[2].split(separator: "/")[0]
        for place in ["reports/a.html", "runs/\(run)/stop-early"] {
            let abandoned = try scratch.write("", to: ".scalebench/\(place).tmp-999999999")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -9)], ofItemAtPath: abandoned)
        }
        try scratch.write("{", to: "Suites/broken/suite.json")
        let all = try checks(scratch)
        #expect(find("runs", all)["value"] as? String == "23 completed, 1 damaged")
        let id = files[0].split(separator: "/")[0]
        #expect((find("damaged", all)["advice"] as? String)?.contains("rm -r '.scalebench/runs/\(id)'") == true)
        #expect(find("torn lines", all)["value"] as? String == "1 run")
        #expect((find("strays", all)["value"] as? String)?.contains("notes.txt") == true)
        let left = find("temporary files", all)["value"] as? String
        #expect(
            left?.hasPrefix("2 of writers that were killed, such as ") == true && left?.contains("a.html.tmp-") == true)
        #expect((find("suite", all)["value"] as? String)?.contains("not valid JSON") == true)
        let suites = try Tool.run(["suites", "list"], in: scratch.url)
        #expect(suites.status == 0 && suites.errors.contains("broken/suite.json"))
    }

    @Test func aStoreThatCannotBeIsBroken() throws {
        let scratch = try Scratch()
        try scratch.write("{\"layoutVersion\":99}", to: "new/store.json")
        let all = try checks(scratch, ["--store", "new"], status: 1)
        #expect(find("folder", all)["status"] as? String == "broken")
        #expect(
            try checks(scratch, ["--store", "/proc/nothing"], status: 1).contains {
                $0["status"] as? String == "broken"
            })
    }
}
