// `scalebench fit` and `scalebench backtest` as a user calls them: laws, curves, and an error for every mistake.

import Foundation
import Testing

struct FitTests {
    /// Runs on a grid of parameters and tokens that follow a law exactly.
    private static let runs: String = {
        var text = "params,tokens,loss\n"
        for i in 0..<5 {
            for j in 0..<5 {
                let n = 1e7 * pow(6, Double(i)), d = 1e9 * pow(5, Double(j))
                text += "\(n),\(d),\(1.8 + 480 / pow(n, 0.35) + 2000 / pow(d, 0.37))\n"
            }
        }
        return text
    }()

    private func fit(_ table: String, _ options: [String]) throws -> ToolResult {
        let scratch = try Scratch()
        let file = try scratch.write(table, to: "runs.csv")
        let before = scratch.files()
        let result = try Tool.run(["fit", file] + options, in: scratch.url)
        #expect(scratch.files() == before)
        return result
    }

    @Test func aLawComesBackWithItsOptimum() throws {
        let result = try fit(Self.runs, ["--budget", "1e21", "--replicates", "100", "--json", "-"])
        #expect(result.status == 0)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let floor = try #require((document["floor"] as? [String: Any])?["value"] as? Double)
        #expect(abs(floor - 1.8) < 1e-3)
        #expect(document["hasConverged"] as? Bool == true)
        let optimum = try #require((document["optima"] as? [[String: Any]])?.first)
        let parameters = try #require((optimum["parameters"] as? [String: Any])?["value"] as? Double)
        let tokens = try #require((optimum["tokens"] as? [String: Any])?["value"] as? Double)
        #expect(abs(6 * parameters * tokens / 1e21 - 1) < 1e-9)
    }

    @Test(arguments: [
        ("", [], "the table is empty"),
        ("params,tokens\n1e7,1e9\n", [], "no column loss"),
        ("params,loss\n1e7,3\n1e8,2.8\n1e9,2.7\n", [], "3 runs cannot determine the 3 parameters"),
        ("params,loss\n1e7,3\n1e7,2.8\n1e8,2.7\n1e8,2.6\n", [], "take 2 values only"),
        ("params,loss\n1e7,3\n1e8,2.8\n1e9,nan\n1e10,2.6\n", [], "runs.csv:4: loss \"nan\" is not a positive number"),
        ("params,loss,metric\n1e7,3,a\n1e8,2.8,b\n", [], "2 values of metric"),
        ("params,loss\n1e7,3\n1e8,2.8\n", ["--where", "config=a"], "a column \"config\" that is not there"),
        ("params,loss\n1e7,3\n1e8,2.8\n", ["--over", "tokens"], "no column gives the tokens"),
        (
            "params,loss\n1e7,3\n1e8,2.8\n1e9,2.7\n1e10,2.65\n", ["--budget", "1e21"],
            "a budget is split between parameters and tokens"
        ),
        (
            "params,tokens,loss\n" + (1...9).map { "\($0)e7,\($0)e9,\(3 - 0.1 * Double($0))\n" }.joined(), [],
            "rise together in every run"
        ),
    ])
    func mistakesAreNamed(table: String, options: [String], message: String) throws {
        let result = try fit(table, options)
        #expect(result.status == 1)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func wrongUsageIsWrongUsage() throws {
        for options in [["--delta", "0"], ["--over", "width"], ["--replicates", "1"], ["--budget", "-1"]] {
            #expect(try fit(Self.runs, options).status == 64)
        }
    }

    @Test func aFolderOfCurvesIsScored() throws {
        let scratch = try Scratch()
        var text = "config,params,step,loss\n"
        for size in [1e6, 1e7, 1e8] {
            for step in 1...30 {
                text += "r,\(size),\(step),\(1 + 20 * pow(size, -0.2) + 0.8 * pow(Double(step) / 30, -0.3))\n"
            }
        }
        try FileManager.default.createDirectory(
            at: scratch.url.appending(path: "curves"), withIntermediateDirectories: true)
        _ = try scratch.write(text, to: "curves/curves.csv")
        let result = try Tool.run(["backtest", "curves"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("3 training curves, 1 ladders of them"))
        #expect(result.output.contains("template"))
        let nothing = try Tool.run(["backtest", "."], in: scratch.url.appending(path: "curves"))
        #expect(nothing.status == 0)
        try FileManager.default.removeItem(at: scratch.url.appending(path: "curves/curves.csv"))
        let empty = try Tool.run(["backtest", "curves"], in: scratch.url)
        #expect(empty.status == 1 && empty.errors.contains("no ladders.csv, curves.csv or ladder.csv"))
    }

    @Test func pastComparisonsOfTheStoreAreScored() throws {
        let scratch = try Scratch()
        let suite = try scratch.syntheticSuite()
        let names = try [("a", 1.0), ("b", 1.1), ("c", 0.9)].map { name, amplitude in
            try scratch.synthetic(name, SyntheticLaw(amplitude: amplitude))
        }
        let compared = try Tool.run(["compare"] + names + ["--suite", suite, "-q", "--all-rungs"], in: scratch.url)
        #expect(compared.status == 0, "\(compared.errors)")
        let result = try Tool.run(
            ["backtest", "--store", ".scalebench", "--json", "scores.json", "--report", "scores.html"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let heading = "9 decisions on 3 pairs of 3 candidates, 0 of them true crossovers; priors: the shipped ones"
        #expect(result.output.contains(heading))
        let scores = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: scratch.url.appending(path: "scores.json")))
                as? [String: Any])
        let curves = try #require(scores["curves"] as? [String: Any])
        #expect(curves["pairs"] as? Int == 3 && curves["priors"] as? String == "shipped")
        #expect((curves["paired"] as? [Any])?.count == 4)
        let decisions = try #require(scores["decisions"] as? [String: Any])
        let outcomes = try #require(decisions["outcomes"] as? [[String: Any]])
        // There are three pairs; rungs three and four and the target are each predicted from the rungs below.
        #expect(outcomes.count == 9)
        #expect(Set(outcomes.compactMap { $0["rungsBelow"] as? Int }) == [2, 3, 4])
        for outcome in outcomes {
            let p = try #require(outcome["probabilityABetter"] as? Double)
            let gap = try #require(outcome["observedGap"] as? Double)
            #expect((p > 0.5) == (gap > 0))
        }
        let page = try String(contentsOf: scratch.url.appending(path: "scores.html"), encoding: .utf8)
        #expect(page.contains("reliability-plot") && page.contains("risk-plot"))
        for usage in [["backtest"], ["backtest", "x.csv", "--store", ".scalebench"]] {
            #expect(try Tool.run(usage, in: scratch.url).status == 64)
        }
    }

    @Test func lawsAreDrawn() throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.runs, to: "runs.csv")
        let both = try Tool.run(
            ["fit", file, "--budget", "1e21", "--replicates", "100", "--report", "law.html", "--json", "-"],
            in: scratch.url)
        #expect(both.status == 0, "\(both.errors)")
        let page = try String(contentsOf: scratch.url.appending(path: "law.html"), encoding: .utf8)
        for id in ["frontier-parameters", "frontier-tokens", "frontier-loss", "residual-plot"] {
            #expect(page.contains("id=\"\(id)\""), "\(id)")
        }
        let document = try #require(try JSONSerialization.jsonObject(with: Data(both.output.utf8)) as? [String: Any])
        let frontier = try #require(document["frontier"] as? [[String: Any]])
        // The best number of parameters rises with the budget.
        let best = frontier.compactMap { ($0["parameters"] as? [String: Any])?["value"] as? Double }
        #expect(best.count == 41 && zip(best, best.dropFirst()).allSatisfy { $0 < $1 })
        let one = try Tool.run(
            ["fit", file, "--over", "parameters", "--replicates", "100", "--report", "one.html"], in: scratch.url)
        #expect(one.status == 0, "\(one.errors)")
        #expect(try String(contentsOf: scratch.url.appending(path: "one.html"), encoding: .utf8).contains("law-plot"))
        #expect(try Tool.run(["fit", file, "--report", "no/where.html"], in: scratch.url).status == 1)
    }
}
