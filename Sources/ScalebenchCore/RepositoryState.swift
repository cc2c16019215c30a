// The Git repository around an external trainer: its commit, and a hash of what was changed since. They are facts about a
// run and no part of its name, because most changes of a repository do not touch the trainer.

import Foundation

/// Asks `git` about the repository around a folder. Nothing of it is an error: what is not known is left out.
package struct RepositoryState {
    /// The folder of the trainer's files.
    private let folder: String
    /// Files below this folder do not count: a store in the repository changes with every run.
    private let store: String
    private let program: String
    private let limit: Duration

    /// Untracked files of more bytes, or longer differences, are not hashed.
    private static let mostBytes = 100 << 20
    private static let shownDigits = 16
    /// Python writes its compiled modules there whenever a program starts.
    private static let ignoredFolder = "__pycache__"

    /// - Parameters:
    ///   - program: is looked for on the search path.
    ///   - limit: the time that all questions may take together.
    package init(folder: String, store: String, program: String = "git", limit: Duration = .seconds(5)) {
        self.folder = folder
        self.store = store
        self.program = program
        self.limit = limit
    }

    /// `commit`, and in `uncommittedChanges` the start of a hash, `none` or `not hashed`; empty without a repository.
    package var facts: [String: String] {
        let deadline = ContinuousClock.now + limit
        guard let words = text(["rev-parse", "--show-toplevel", "HEAD"], in: folder, deadline),
            case let lines = words.split(separator: "\n"), lines.count == 2
        else { return [:] }
        let changes = changes(of: String(lines[0]), deadline)
        return ["commit": String(lines[1]), "uncommittedChanges": changes ?? "not hashed"]
    }

    private func changes(of root: String, _ deadline: ContinuousClock.Instant) -> String? {
        var hash = IncrementalHash(), bytes = 0
        let difference = [
            "diff", "--binary", "--no-color", "--no-renames", "--no-ext-diff", "--no-textconv", "HEAD", "--",
        ]
        let isKnown = run(difference, in: root, deadline) { piece in
            hash.update(piece)
            bytes += piece.count
            return bytes <= Self.mostBytes
        }
        let list = ["ls-files", "--others", "--exclude-standard", "-z"]
        guard isKnown, let names = text(list, in: root, deadline) else { return nil }
        let files = names.split(separator: "\0").map(String.init).filter { counts($0, in: root) }
        for name in files.sorted() {
            let path = "\(root)/\(name)"
            bytes += Self.size(path)
            guard bytes <= Self.mostBytes, ContinuousClock.now < deadline else { return nil }
            // A file that is gone by now, or cannot be read, counts by its name.
            let content = (try? ContentHash.sha256(file: path)) ?? ""
            Data("\0\(name)\0\(content)".utf8).withUnsafeBytes { hash.update($0) }
        }
        return bytes == 0 && files.isEmpty ? "none" : String(hash.finalize().prefix(Self.shownDigits))
    }

    /// Whether an untracked file counts. A name that ends in a slash is a repository of its own.
    private func counts(_ name: String, in root: String) -> Bool {
        !name.hasSuffix("/") && !name.split(separator: "/").contains { $0 == Self.ignoredFolder }
            && !"\(root)/\(name)".hasPrefix(Self.resolved(store) + "/")
    }

    /// `git` gives the paths of repositories without symbolic links.
    private static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}

// MARK: - Asking

extension RepositoryState {
    private func text(_ arguments: [String], in folder: String, _ deadline: ContinuousClock.Instant) -> String? {
        var bytes = Data()
        let isWhole = run(arguments, in: folder, deadline) { piece in
            bytes.append(contentsOf: piece)
            return bytes.count <= Self.mostBytes
        }
        return isWhole ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// Runs `git` and passes its output on in pieces; false where it fails, takes too long, or `take` wants no more.
    private func run(
        _ arguments: [String], in folder: String, _ deadline: ContinuousClock.Instant,
        _ take: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program, "-c", "core.fsmonitor=false"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = Self.environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        let isWhole = Self.read(output.fileHandleForReading.fileDescriptor, deadline, take)
        if !isWhole { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return isWhole && process.terminationReason == .exit && process.terminationStatus == 0
    }

    /// Reads up to the end; false where that does not come in time, or `take` wants no more.
    private static func read(
        _ descriptor: Int32, _ deadline: ContinuousClock.Instant, _ take: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = ContinuousClock.now.duration(to: deadline).seconds
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&wait, 1, Int32(1000 * left) + 1) > 0 else { return false }
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count == 0 }
            guard buffer.withUnsafeBytes({ take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }) else { return false }
        }
    }

    /// The environment without what points to another repository, as in a hook. The index is only read.
    private static var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"] {
            variables[name] = nil
        }
        return variables.merging(["GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"]) { $1 }
    }
}
