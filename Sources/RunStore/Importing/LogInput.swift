// Paths as a person gives them → logs: every file of a folder that may be one, and files that are one log together.

import Foundation
import ScalebenchCore

/// One log: a file, or several that belong together.
package struct LogInput: Sendable {
    /// The file or folder, as its user would name it.
    package let path: String
    /// Its files in the order in which they are read.
    package let files: [String]
    /// The format, where the way the files lie tells it.
    let format: LogFormat?
    /// Whether it was found in a folder, where not every file is a log.
    let wasFound: Bool

    package init(path: String, files: [String]? = nil, format: LogFormat? = nil, wasFound: Bool = false) {
        self.path = path
        self.files = files ?? [path]
        self.format = format
        self.wasFound = wasFound
    }

    /// The path; for the working folder its name.
    package var name: String {
        path == "." ? (FileManager.default.currentDirectoryPath as NSString).lastPathComponent : path
    }

    /// Files that one call looks at. A folder with more is hardly one of logs.
    private static let mostFiles = 200_000

    /// The logs that `paths` name, in their order; those of a folder are in the order of their names.
    /// - Throws: `inputOutput` for a folder that cannot be read, `invalidInput` for one without files or with too many.
    package static func find(_ paths: [String]) throws -> [LogInput] {
        try paths.flatMap { path in
            let folder = isFolder(path)
            var files = folder ? try Self.files(under: path) : [path.hasPrefix("./") ? String(path.dropFirst(2)) : path]
            var inputs: [LogInput] = []
            for format in LogFormat.all {
                guard let gather = format.gather else { continue }
                inputs += gather(&files, format)
            }
            inputs += files.map { LogInput(path: $0, wasFound: folder) }
            return folder ? inputs.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } : inputs
        }
    }

    /// Every regular file under `folder`, sorted. Hidden files are left out, and links to folders are not followed.
    private static func files(under folder: String) throws -> [String] {
        var files: [String] = [], folders = [folder.withoutEndingSlashes]
        while let next = folders.popLast() {
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: next)
            } catch {
                throw ScalebenchError(.inputOutput, "cannot be read", at: next, cause: error.systemWords)
            }
            for name in names where !name.hasPrefix(".") {
                let path = next == "." ? name : "\(next)/\(name)"
                switch kind(path) {
                case .folder: folders.append(path)
                case .file: files.append(path)
                case .other: break
                }
            }
            guard files.count <= mostFiles else {
                throw ScalebenchError(
                    .invalidInput, "more than \(mostFiles) files", at: folder, hint: "name the folders that hold logs")
            }
        }
        guard !files.isEmpty else {
            throw ScalebenchError(.invalidInput, "the folder has no files", at: folder)
        }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private enum Kind { case file, folder, other }

    private static func kind(_ path: String) -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .other }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .other }
        return .file
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

extension String {
    /// The path of the folder that holds this file; `.` for a bare name.
    var folder: String {
        guard let slash = lastIndex(of: "/") else { return "." }
        return slash == startIndex ? "/" : String(self[..<slash])
    }

    /// The last component of a path.
    var lastComponent: String { lastIndex(of: "/").map { String(self[index(after: $0)...]) } ?? self }

    fileprivate var withoutEndingSlashes: String {
        var path = self
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        while path.count > 2, path.hasPrefix("./") { path.removeFirst(2) }
        return path
    }
}
