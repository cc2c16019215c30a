// Where a result goes, the same for every command that makes one.

import ArgumentParser
import Comparison
import Foundation
import Reporting
import ScalebenchCore

struct OutputOptions: ParsableArguments {
    @Option(help: "Write the result as JSON to this file, or - for standard output.") var json: String?
    @Flag(name: .shortAndLong, help: "Print nothing but errors (and JSON, if asked for).") var quiet = false

    /// Finds out before hours of training, not after, that the result has no place to go.
    func checkWritable() throws {
        guard let json, json != "-" else { return }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: json, isDirectory: &isFolder)
        guard !json.isEmpty, !json.hasSuffix("/"), !isFolder.boolValue else {
            throw ScalebenchError(
                .inputOutput, "--json needs the name of a file", at: json.isEmpty ? nil : json,
                hint: "add a file name, such as result.json")
        }
        let folder = URL(fileURLWithPath: json).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw ScalebenchError(
                .inputOutput, "the folder does not exist or cannot be written", at: folder,
                hint: "choose another --json FILE")
        }
    }

    func write(_ result: CompareResult) throws {
        if let json {
            let data = try result.json()
            if json == "-" {
                try FileHandle.standardOutput.write(contentsOf: data)
            } else {
                try AtomicFile.write(data, to: json)
            }
        }
        if !quiet, json != "-" {
            try FileHandle.standardOutput.write(contentsOf: Data(TextReport.render(result).utf8))
        }
    }
}
