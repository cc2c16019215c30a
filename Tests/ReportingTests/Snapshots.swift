// Texts kept beside the tests, compared character by character. After a wanted change, run SCALEBENCH_RECORD=1 swift
// test and read the difference before committing it.

import Comparison
import Foundation
import Testing

enum Snapshots {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots")

    /// Results of synthetic comparisons, made by `Snapshots/record`.
    static let results = [
        "before-the-target", "under-way", "after-the-target", "diverged-arm", "three-candidates", "family",
        "many-candidates",
    ]

    static func result(_ name: String) throws -> CompareResult { try read(CompareResult.self, "\(name).json") }

    /// A result document kept as it was written.
    static func read<Document: Decodable>(_ type: Document.Type, _ file: String) throws -> Document {
        try JSONDecoder().decode(type, from: try Data(contentsOf: folder.appendingPathComponent(file)))
    }

    static func expect(_ text: String, _ file: String) throws {
        let url = folder.appendingPathComponent(file)
        if ProcessInfo.processInfo.environment["SCALEBENCH_RECORD"] == "1" { try Data(text.utf8).write(to: url) }
        let kept = try String(contentsOf: url, encoding: .utf8)
        #expect(text == kept, "\(file) is no longer what is rendered")
    }

    /// A comparison of as many candidates: those of the many, over and over, under names of this length.
    static func crowd(_ count: Int, nameLength: Int) throws -> CompareResult {
        var result = try Snapshots.result("many-candidates")
        let pairs = result.pairs, rungs = result.ladder, names = (0..<count).map { name($0, length: nameLength) }
        result.candidates = names
        result.pairs = (1..<count).map { index in
            var pair = pairs[index % pairs.count]
            (pair.a, pair.b) = (names[0], names[index])
            return pair
        }
        for (place, rung) in rungs.enumerated() {
            result.ladder[place].candidates = names.indices.map { index in
                var candidate = rung.candidates[index % rung.candidates.count]
                candidate.candidate = names[index]
                return candidate
            }
        }
        if let best = result.best {
            result.best?.contenders = Array(names.dropFirst().prefix(8))
            result.best?.candidates = names.indices.map { index in
                var standing = best.candidates[index % best.candidates.count]
                standing.candidate = names[index]
                return standing
            }
            result.best?.headToHead?.candidates = Array(names.dropFirst().prefix(8))
        }
        return result
    }

    private static func name(_ index: Int, length: Int) -> String {
        String("candidate-\(index)-with-a-long-name-that-says-what-it-tries".prefix(max(length - 3, 3))) + "-\(index)"
    }
}
