// `evaluation.breakdown`: losses by position in the context and by part of a mixture.

import Foundation
import Testing

struct BreakdownTests {
    @Test func positionsAndDomainsAddUpToTheLoss() throws {
        let scratch = try Scratch()
        try scratch.buildText(bytes: 300_000)
        let twin = try Tool.run(
            ["data", "build", "--text", "text.txt", "--name", "twin", "--root", "."], in: scratch.url)
        #expect(twin.status == 0, "\(twin.errors)")
        let mixed = try Tool.run(
            ["data", "mix", "text=2", "twin=1", "--name", "both", "--root", "."], in: scratch.url)
        #expect(mixed.status == 0, "\(mixed.errors)")
        let rung = { (width: Int) in #"{ "width": \#(width), "layers": 1, "tokens": 2048 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../both", "contextLength": 24, "rungs": [\(rung(8)), \(rung(16))],
              "target": \(rung(24)),
              "evaluation": { "sequences": 30, "curvePoints": 2, "breakdown": ["domains", "positions"] } }
            """, to: "short/suite.json")
        // A candidate without a name gets that of its file, up to the last dot.
        for rate in [0.01, 0.02] {
            try scratch.write(
                #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": \#(rate) }, "batchTokens": 192 }"#,
                to: "\(rate).json")
        }
        let result = try Tool.run(
            ["compare", "0.01.json", "0.02.json", "--suite", "./short", "--quiet"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let file = try #require(scratch.files(under: ".scalebench/runs").first { $0.hasSuffix("events.jsonl") })
        let url = scratch.url.appendingPathComponent(".scalebench/runs/\(file)")
        let evaluations = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }.filter { $0["event"] as? String == "evaluation" }
        #expect(evaluations.count == 2 && evaluations[0]["positionNatsPerToken"] == nil)
        let final = evaluations[1], loss = try #require(final["natsPerToken"] as? Double)
        let positions = try #require(final["positionNatsPerToken"] as? [Double])
        #expect(positions.count == 24 && abs(positions.reduce(0, +) / 24 - loss) < 1e-5)
        #expect(Set(positions).count > 20)
        let domains = try #require(final["domainNatsPerToken"] as? [String: Double])
        let text = try #require(domains["text"]), twins = try #require(domains["twin"])
        #expect(domains.count == 2 && abs((2 * text + twins) / 3 - loss) < 1e-5 && text != twins)

        let shown = try Tool.run(["runs", "show", String(file.prefix(16))], in: scratch.url)
        #expect(shown.output.contains("by domain") && shown.output.contains("by position"), "\(shown.output)")
        try scratch.write(
            try String(contentsOf: scratch.url.appendingPathComponent("short/suite.json"), encoding: .utf8)
                .replacingOccurrences(of: "\"domains\"", with: "\"domain\""), to: "short/suite.json")
        let unknown = try Tool.run(["compare", "0.01.json", "0.02.json", "--suite", "./short"], in: scratch.url)
        #expect(unknown.status == 1 && unknown.errors.contains("evaluation.breakdown"), "\(unknown.errors)")
    }
}
