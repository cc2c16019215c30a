// Paths as a person gives them → files in order.

import Foundation
import ScalebenchCore

/// Folders resolved into the files in them.
package enum InputFiles {
    /// Every file under `paths`. A folder stands for all files in it, sorted by name, without hidden ones.
    package static func texts(_ paths: [String]) throws -> [String] {
        try paths.flatMap { path in
            guard isFolder(path) else { return [path] }
            let names = (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? [])
                .filter { !$0.split(separator: "/").contains { $0.hasPrefix(".") } && !isFolder("\(path)/\($0)") }
            guard !names.isEmpty else { throw empty(path, "text files") }
            return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(path)/\($0)" }
        }
    }

    /// The token files that `paths` name. A folder stands for its token files, sorted by name; those with "val",
    /// "valid" or "validation" as a word of their name go to `validation`.
    package static func tokens(_ paths: [String]) throws -> (train: [String], validation: [String]) {
        var train: [String] = [], validation: [String] = []
        for path in paths {
            guard isFolder(path) else {
                train.append(path)
                continue
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            if names.contains("index.json") {
                throw TokenLayout.unread("a folder with index.json (MosaicML MDS, litdata)", path)
            }
            let files = names.filter(isTokenFile)
            guard !files.isEmpty else { throw empty(path, "files in .bin, .npy, .ds or .jsonl") }
            for name in files {
                let words = name.lowercased().split { !$0.isLetter }
                let isValidation = words.contains { ["val", "valid", "validation"].contains($0) }
                if isValidation { validation.append("\(path)/\(name)") } else { train.append("\(path)/\(name)") }
            }
        }
        return (train, validation)
    }

    private static func isTokenFile(_ name: String) -> Bool {
        var name = name as NSString
        if ["gz", "zst"].contains(name.pathExtension) { name = name.deletingPathExtension as NSString }
        return !name.hasPrefix(".") && ["bin", "npy", "ds", "jsonl"].contains(name.pathExtension)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func empty(_ path: String, _ wanted: String) -> ScalebenchError {
        ScalebenchError(.invalidInput, "the folder has no \(wanted)", at: path, hint: "name the files themselves")
    }
}
