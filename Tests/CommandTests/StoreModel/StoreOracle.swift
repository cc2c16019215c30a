// The right answers: what comparisons say in a store that nothing disturbs, and the loss of every run.

import Foundation
import Testing

/// A comparison that sequences ask for.
enum StoreQuestion: String, CaseIterable {
    case ab, ac, abc, budget

    private var candidates: [String] {
        switch self {
        case .ab, .budget: ["a.json", "b.json"]
        case .ac: ["a.json", "c.json"]
        case .abc: ["a.json", "b.json", "c.json"]
        }
    }

    var arguments: [String] {
        ["compare"] + candidates + ["--suite", "./planted", "--json", "-", "--workers", "2", "--quiet"]
            + (self == .budget ? ["--until", "0.99", "--budget", "1e11"] : [])
    }
}

extension Scratch {
    /// The candidates and the suite of all sequences. A run takes 10 to 40 milliseconds.
    func writeQuestions() throws {
        for (name, amplitude) in [("a", 1), ("b", 1.04), ("c", 1.02)] {
            _ = try synthetic(name, SyntheticLaw(amplitude: amplitude, noise: 0.02, secondsPerStep: 0.0003))
        }
        _ = try syntheticSuite(seeds: [2, 2], target: 64, curvePoints: 2)
    }
}

/// What is true of every store.
struct StoreOracle {
    private(set) var answers: [StoreQuestion: String] = [:]
    private(set) var losses: [String: Double] = [:]

    static let shared = Result { try StoreOracle() }

    init() throws {
        for question in StoreQuestion.allCases {
            let scratch = try Scratch()
            try scratch.writeQuestions()
            let result = try Tool.run(question.arguments, in: scratch.url)
            try #require(result.status == 0, "\(result.errors)")
            answers[question] = Self.answer(result)
            for (run, events) in StoreFiles(scratch).events() {
                // What one comparison leaves unfinished, another one has finished.
                if let loss = StoreFiles.finalLoss(events) { losses[run] = loss }
            }
        }
    }
}

extension StoreOracle {
    /// What a comparison says, without what the clock said: the same for every store.
    static func answer(_ result: ToolResult) -> String {
        result.withoutDeviceTime.split(separator: "\n").filter { !$0.contains("\"secondsSaved\"") }
            .joined(separator: "\n")
    }
}

/// The files of a store, read without the program.
struct StoreFiles {
    let root: URL

    init(_ scratch: Scratch) { root = scratch.url.appendingPathComponent(".scalebench") }

    /// The event file of every run that has one.
    func events() -> [String: Data] {
        let runs = root.appendingPathComponent("runs")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
        return names.reduce(into: [:]) { found, name in
            found[name] = try? Data(contentsOf: runs.appendingPathComponent("\(name)/events.jsonl"))
        }
    }

    /// All files, by their path in the store.
    func all() -> [String] {
        let names = FileManager.default.enumerator(atPath: root.path)?.allObjects as? [String] ?? []
        return names.sorted().filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    func path(_ name: String) -> String { root.appendingPathComponent(name).path }

    /// The loss of a run that is completed; nil for any other events, and where one of the lines is no JSON.
    static func finalLoss(_ events: Data) -> Double? {
        let lines = events.split(separator: UInt8(ascii: "\n"))
        let objects = lines.compactMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
        guard objects.count == lines.count, let end = objects.last, end["event"] as? String == "end",
            end["status"] as? String == "completed"
        else { return nil }
        return objects.last { $0["event"] as? String == "evaluation" }?["natsPerToken"] as? Double
    }
}
