// Levanter's `metric_destination`: a folder with one file per logged step, `step-<step>-<SHA-256>.json`, each an object as on
// a line of its JSONL.

import Foundation
import TokenData

/// Joins such files.
enum LevanterSteps {
    /// One log per folder of such files.
    static func gather(_ files: inout [String], _ format: LogFormat) -> [LogInput] {
        let folders = Dictionary(grouping: files.filter { step(of: $0) != nil }, by: \.folder)
        guard !folders.isEmpty else { return [] }
        files.removeAll { step(of: $0) != nil }
        return folders.map { folder, files in
            LogInput(
                path: folder, files: files.sorted { (step(of: $0)!, $0) < (step(of: $1)!, $1) }, format: format,
                wasFound: true)
        }
    }

    private static func step(of file: String) -> Int? {
        let parts = file.lastComponent.split(separator: "-")
        guard parts.count == 3, parts[0] == "step", parts[2].count == 69, parts[2].hasSuffix(".json") else {
            return nil
        }
        return Int(parts[1])
    }

    static func read(_ content: LogContent) throws -> TrainingLog.Run {
        var data = Data()
        for file in content.files {
            data += try ByteSource.readAll(file, limit: 1 << 20).map {
                $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0
            }
            data.append(UInt8(ascii: "\n"))
        }
        return try JSONLog.read(
            LogContent(file: content.file, files: content.files, data: data, stepColumn: content.stepColumn))
    }
}
