// The files of an external trainer: single files, folders and patterns, by the names that a candidate gives them. The
// same folder has the same list on every machine, so that a run keeps its name.

import Foundation

/// Finds the files that the key `files` of a trainer names.
struct TrainerFiles {
    /// The candidate's folder, as an absolute path.
    let folder: String
    /// The place of the key, for errors.
    let place: String

    private static let mostFiles = 10_000, mostBytes = 100_000_000
    /// Python writes its compiled modules there whenever a program starts.
    private static let ignoredFolder = "__pycache__"

    /// - Returns: the names of the files, each once, in order.
    /// - Throws: `notFound` for a name that no file has, `invalidInput` for too many files and links that lead away.
    func expand(_ names: [String]) throws -> [String] {
        var files: Set<String> = [], bytes = 0
        for name in names {
            for file in try expand(name) where files.insert(file).inserted {
                // A file that is named by itself may have any size.
                if file != name { bytes += size(file) }
                guard files.count <= Self.mostFiles, bytes <= Self.mostBytes else { throw tooMuch(name) }
            }
        }
        return files.sorted()
    }

    private func expand(_ name: String) throws -> [String] {
        guard !name.hasPrefix("/"), !name.isEmpty, !name.contains("\0") else { throw missing(name) }
        if kind(name) == S_IFREG { return [name] }
        var root: [String] = [], pattern = name.split(separator: "/").map(String.init)
        if kind(name) == S_IFDIR {
            (root, pattern) = (pattern, ["**"])
        } else {
            guard let first = pattern.firstIndex(where: { $0.contains { "*?[".contains($0) } }) else {
                throw missing(name)
            }
            root = Array(pattern[..<first])
            pattern.removeFirst(first)
        }
        var found: [String] = []
        let deepest = pattern.contains("**") ? Int.max : pattern.count
        try walk(root.joined(separator: "/"), [], deepest: deepest) { path, file in
            if Self.matches(path[...], pattern[...]) { found.append(file) }
            guard found.count <= Self.mostFiles else { throw tooMuch(name) }
        }
        guard !found.isEmpty else { throw missing(name) }
        for file in found { try requireInside(root.joined(separator: "/"), file) }
        return found
    }

    /// Calls `take` with every file below a folder in order: its path from the folder, and its name. Hidden entries, and
    /// folders behind symbolic links, are left out.
    private func walk(
        _ root: String, _ path: [String], deepest: Int, _ take: ([String], String) throws -> Void
    ) throws {
        let here = ([root] + path).filter { !$0.isEmpty }.joined(separator: "/")
        for entry in try entries(of: here).sorted() where !entry.hasPrefix(".") && entry != Self.ignoredFolder {
            let name = here.isEmpty ? entry : "\(here)/\(entry)"
            switch kind(name) {
            case S_IFREG: try take(path + [entry], name)
            case S_IFDIR where !isLink(name):
                if path.count + 1 < deepest { try walk(root, path + [entry], deepest: deepest, take) }
            default: if isLink(name), kind(name) == nil { try take(path + [entry], name) }
            }
        }
    }

    /// - Throws: `inputOutput` for a folder that cannot be read; `notFound` for none.
    private func entries(of name: String) throws -> [String] {
        guard kind(name) == S_IFDIR else { throw missing(name) }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
        } catch {
            throw ScalebenchError(
                .inputOutput, "the folder \"\(name)\" cannot be read", at: place, cause: error.systemWords)
        }
    }

    /// - Throws: `invalidInput` for a symbolic link that leads out of the folder, or nowhere.
    private func requireInside(_ root: String, _ name: String) throws {
        guard isLink(name) else { return }
        let base = Self.real("\(folder)/\(root)"), target = Self.real("\(folder)/\(name)")
        guard let base, let target, target.hasPrefix(base + "/") else {
            throw ScalebenchError(
                .invalidInput, "\"\(name)\" is a symbolic link that leads out of its folder, or nowhere", at: place,
                hint: "name the file that it points to by itself, or leave the link out of the pattern")
        }
    }

    /// Whether a path's components match those of a pattern, in which `**` stands for any number of folders.
    private static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        guard let part = pattern.first else { return path.isEmpty }
        let rest = pattern.dropFirst()
        if part == "**" {
            if rest.isEmpty { return !path.isEmpty }
            return matches(path, rest) || (!path.isEmpty && matches(path.dropFirst(), pattern))
        }
        guard let entry = path.first, fnmatch(part, entry, 0) == 0 else { return false }
        return matches(path.dropFirst(), rest)
    }

    /// The kind of what a name leads to; nil where it leads nowhere.
    private func kind(_ name: String) -> mode_t? {
        var status = stat()
        return stat("\(folder)/\(name)", &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private func isLink(_ name: String) -> Bool {
        var status = stat()
        return lstat("\(folder)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private func size(_ name: String) -> Int {
        var status = stat()
        return stat("\(folder)/\(name)", &status) == 0 ? Int(status.st_size) : 0
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func tooMuch(_ name: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput,
            "\"\(name)\" makes more than \(Self.mostFiles) files or \(Quantity.bytes(Double(Self.mostBytes)))",
            at: place,
            hint: #"name the code alone, such as "package/**/*.py""#)
    }

    private func missing(_ name: String) -> ScalebenchError {
        ScalebenchError(
            .notFound, "no file \"\(name)\" beside the candidate", at: place,
            hint: "name files, folders or patterns by their path from the candidate's folder, \(folder)")
    }
}
