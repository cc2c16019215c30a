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
}
