// The Python of this machine, with what the tests of shipped trainers need of it.

import Foundation
import Testing

enum Python {
    /// The folder of the shipped trainers.
    static let examples = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Suites/examples")

    static func has(_ modules: String) -> Bool { succeeds(["python3", "-c", "import \(modules)"]) }

    /// Whether the program torchrun is there and belongs to a Python with numpy and torch.
    static let hasTorchrun = has("numpy, torch") && succeeds(["torchrun", "--help"])

    /// What Python prints.
    static func output(_ arguments: [String]) throws -> String {
        let process = process(["python3"] + arguments), output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private static func succeeds(_ words: [String]) -> Bool {
        let process = process(words)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private static func process(_ words: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        return process
    }
}

extension Scratch {
    /// Events of the only run with this width whose job holds the words of `trainer`.
    func events(width: Int, trainer: String, store: String = ".scalebench") throws -> [[String: Any]] {
        guard let run = try run(width: width, trainer: trainer, store: store) else {
            Issue.record("no run of width \(width) by \(trainer)")
            return []
        }
        let text = try String(contentsOf: run.appendingPathComponent("events.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// The folder of that run; nil where there is none.
    func run(width: Int, trainer: String, store: String = ".scalebench") throws -> URL? {
        for job in files(under: "\(store)/runs") where job.hasSuffix("job.json") {
            let file = url.appendingPathComponent("\(store)/runs/\(job)")
            let text = try String(contentsOf: file, encoding: .utf8)
            if text.contains("\"width\" : \(width),") || text.contains("\"width\" : \(width)\n"),
                text.contains("\"\(trainer)\"")
            {
                return file.deletingLastPathComponent()
            }
        }
        return nil
    }
}
