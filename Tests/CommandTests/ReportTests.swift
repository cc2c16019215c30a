// The report of a trained comparison, and the exit statuses that a nightly job reads.

import Foundation
import Testing

struct ReportTests {
    @Test func aTrainedComparisonLeavesItsReportInTheStore() throws {
        let scratch = try Scratch()
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.2)),
            "--suite",
            try scratch.syntheticSuite(), "--all-rungs",
        ]
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let reports = scratch.files(under: ".scalebench/reports")
        #expect(reports.count == 1)
        #expect(result.output.contains("Report: .scalebench/reports/\(reports[0])"))
        // Curves, costs and provenance come from the runs, so only this report has them.
        let page = try String(
            contentsOf: scratch.url.appendingPathComponent(".scalebench/reports/\(reports[0])"), encoding: .utf8)
        for section in ["verdict", "scaling", "curves", "noise", "recipes", "cost", "provenance"] {
            #expect(page.contains("<section id=\"\(section)\">"), "\(section)")
        }
        #expect(page.contains("<figure id=\"gap-plot-1\">") && page.contains("trainer.law.amplitude"))
        #expect(page.contains("All 24 runs"))
        #expect(page.utf8.count < 400_000)
        // Asked again, the same comparison has the same report; the ladder alone gives another one.
        _ = try Tool.run(arguments, in: scratch.url)
        #expect(scratch.files(under: ".scalebench/reports") == reports)
        _ = try Tool.run(arguments + ["--predict-only"], in: scratch.url)
        #expect(scratch.files(under: ".scalebench/reports").count == 2)
    }

    @Test func reportsGoWhereTheyAreAsked() throws {
        let scratch = try Scratch()
        try scratch.write(
            "candidate,scale,seed,loss\na,1e6,0,3.2\na,1e7,0,2.9\nb,1e6,0,3.1\nb,1e7,0,2.8\n", to: "runs.csv")
        let arguments = ["compare", "--runs", "runs.csv", "--target-scale", "1e8"]
        let result = try Tool.run(arguments + ["--report", "report.html"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(scratch.files() == ["report.html", "runs.csv"])
        let refused = try Tool.run(arguments + ["--report", "missing/report.html"], in: scratch.url)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("--report FILE"))
        #expect(scratch.files() == ["report.html", "runs.csv"])
    }

    /// Trends are most of a result's size, and many candidates have pictures of six pairs only.
    @Test(arguments: [(5, 4), (9, 6)]) func trendsAreThoseOfPictures(candidates: Int, trends: Int) throws {
        let scratch = try Scratch()
        let lines = (0..<candidates).flatMap { candidate in
            (1...3).map { "c\(candidate),1e\($0 + 5),0,\(3.5 - 0.2 * Double($0) + 0.001 * Double(candidate * $0))" }
        }
        try scratch.write((["candidate,scale,seed,loss"] + lines).joined(separator: "\n") + "\n", to: "runs.csv")
        let command = [
            "compare", "--runs", "runs.csv", "--target-scale", "1e9", "--reference", "c0", "--json", "result.json",
            "--report", "r.html",
        ]
        let result = try Tool.run(command, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let data = try Data(contentsOf: scratch.url.appendingPathComponent("result.json"))
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let pairs = try #require(document["pairs"] as? [[String: Any]])
        let predictions = try pairs.map { try #require($0["predicted"] as? [String: Any]) }
        #expect(predictions.count == candidates - 1)
        #expect(predictions.count { $0["trend"] is [String: Any] } == trends)
        #expect(predictions.allSatisfy { $0["trend"] is [String: Any] || $0["trend"] is NSNull })
    }

    @Test(arguments: [
        ("regression", SyntheticLaw(amplitude: 1.2), Int32(3)), ("regression", SyntheticLaw(amplitude: 0.8), 0),
        ("unresolved", SyntheticLaw(amplitude: 1.2), 0), ("unresolved", SyntheticLaw(amplitude: 1.03, noise: 0.02), 3),
        ("crossoverRisk", SyntheticLaw(amplitude: 1.03, exponent: 0.14), 3),
    ])
    func outcomesCanFailTheCommand(condition: String, b: SyntheticLaw, status: Int32) throws {
        let scratch = try Scratch()
        var a = SyntheticLaw()
        a.noise = b.noise
        let result = try Tool.run(
            [
                "compare", try scratch.synthetic("a", a), try scratch.synthetic("b", b), "--suite",
                try scratch.syntheticSuite(),
                "--predict-only", "--fail-on", condition, "--json", "result.json",
            ], in: scratch.url)
        #expect(result.status == status, "\(result.output)\(result.errors)")
        #expect(scratch.files().contains("result.json"), "the result is written before the command fails")
    }
}
