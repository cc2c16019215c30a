// What a Swift user writes. These tests see what is public alone, as a program in another package does.

import Foundation
import Scalebench
import Testing

struct ExampleTests {
    /// The example of the documentation.
    @Test func theExampleRuns() async throws {
        let folder = try Scratch()
        let a = try folder.candidate("a", amplitude: 1), b = try folder.candidate("b", amplitude: 0.9)
        let said = try await example(a: a, b: b, store: folder.path("store"), program: Scratch.program)
        #expect(said.count == 2)
        #expect(said[0].hasPrefix("constant against falling: unresolved, P(A better) = 0.1"))
        #expect(said[1].hasPrefix("a against b: bBetter, P(A better) = 0.0"))
    }

    /// The page shows the function that the test above calls, line by line.
    @Test func thePageShowsTheExample() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let page = tests.appendingPathComponent("../../Sources/Scalebench/Scalebench.docc/Scalebench.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let shown = try #require(text.firstMatch(of: /(?s)```swift\n(.*?)```/)).1
        let source = try String(contentsOf: tests.appendingPathComponent("Example.swift"), encoding: .utf8)
        #expect(source.hasSuffix(shown), "the page and Tests/LibraryTests/Example.swift differ")
        #expect(shown.split(separator: "\n").count <= 22)
    }

    /// The statistics alone.
    @Test func theGapModelForecasts() throws {
        let rungs = zip([1e15, 4e15, 1.6e16], [(3.91, 3.90), (3.62, 3.60), (3.37, 3.34)]).map { scale, losses in
            GapRung(scale: scale, lossesA: [losses.0], lossesB: [losses.1])
        }
        let forecast = try GapModel().posterior(rungs).forecast(at: 1e17)
        #expect(forecast.probabilityABetter < 0.2)
        #expect(forecast.expectedGap.point < 0)
        let noise = SeedNoise(groups: [SeedGroup(candidate: 0, scale: 1e15, losses: [3.91, 3.92, 3.90])])
        #expect(noise.sigma(at: 1e15) > 0)
    }

    /// A comparison tells what it does, and does nothing twice.
    @Test func aComparisonTellsItsProgress() async throws {
        let folder = try Scratch()
        var request = ComparisonRequest(candidates: [
            try folder.candidate("a", amplitude: 1), try folder.candidate("b", amplitude: 0.9),
        ])
        request.store = folder.path("store")
        request.program = Scratch.program
        request.trainsAllRungs = true
        let listener = Listener()
        let result = try await request.run(progress: listener)

        #expect(result.candidates == ["a", "b"])
        #expect(result.pairs[0].verdict == .bBetter)
        #expect(result.pairs[0].observed != nil)
        #expect(listener.endedRuns == result.ladder.reduce(0) { $0 + $1.candidates.reduce(0) { $0 + $1.runs } })
        #expect(listener.heardThePrediction)
        #expect(try result.json().count > 1000)

        // The same request trains nothing more and answers the same.
        let again = Listener()
        let second = try await request.run(progress: again)
        #expect(again.endedRuns == 0)
        #expect(try second.json() == (try result.json()))
    }

    @Test func aTableOfResultsIsJudged() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        let rows = [
            "candidate,scale,loss", "a,1e9,3.2", "b,1e9,3.1", "a,4e9,3.0", "b,4e9,2.9", "a,1.6e10,2.8", "b,1.6e10,2.7",
        ]
        try Data(rows.joined(separator: "\n").utf8).write(to: file)
        let result = try RunTableRequest(file: file.path, target: .scale(1e11)).run()
        #expect(result.pairs[0].verdict == .bBetter)
    }

    @Test func badInputIsAnErrorThatSaysWhatToDo() async throws {
        let request = ComparisonRequest(candidates: ["no-such-file.json", "b.json"])
        let error = await #expect(throws: ScalebenchError.self) { try await request.run() }
        #expect(error?.code == .notFound)
        #expect(error?.location?.contains("no-such-file.json") == true)
        #expect(throws: ScalebenchError.self) {
            try Judge(thresholds: VerdictThresholds()).result(
                Ladder(axis: .flops, scales: [1e15], losses: ["a": [3], "b": [2]], target: 1e17))
        }
    }
}

/// A folder of its own for one test, removed at the end.
private final class Scratch {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("library-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a candidate whose losses follow a closed form.
    func candidate(_ name: String, amplitude: Double) throws -> String {
        let text = """
            { "optimizer": { "learningRate": 0.01 }, "batchTokens": 512,
              "trainer": { "type": "planted",
                "law": { "floor": 1.5, "amplitude": \(amplitude), "exponent": 0.1, "noise": 0.001 } } }
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: path("\(name).json")))
        return path("\(name).json")
    }

    /// The built tool lies beside the test bundle.
    static let program: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("scalebench").path
    }()
}

/// Counts what a comparison tells.
private final class Listener: ComparisonProgress, @unchecked Sendable {
    private let lock = NSLock()
    private var ended = 0, predicted = false

    func note(_ event: ComparisonEvent) {
        lock.withLock {
            switch event {
            case .runEnded: ended += 1
            case .predicted: predicted = true
            default: break
            }
        }
    }

    var endedRuns: Int { lock.withLock { ended } }
    var heardThePrediction: Bool { lock.withLock { predicted } }
}
