// The folder of a site. Files appear whole or not at all, and only files that a site wrote are ever replaced or removed:
// `site.json` lists them.

import Foundation
import ScalebenchCore
import Synchronization

/// Writes the files of one site.
final class SiteFolder: Sendable {
    let path: String
    /// The paths that the folder's earlier site has listed.
    private let earlier: Set<String>
    private let state = Mutex(State())

    private struct State {
        var paths: Set<String> = []
        var folders: Set<String> = []
        var changed = 0
        var bytes = 0
    }

    /// What was written.
    struct Written {
        var files: Int
        var changed: Int
        var bytes: Int
    }

    /// The list of a site's files. It is written before the first file, too, so that an interrupted site can be gone on
    /// with.
    private struct Marker: Codable {
        var schemaVersion = 1
        var files: [String]
    }

    private static let marker = "site.json"

    /// - Throws: `invalidInput` for a folder that holds something else than a site.
    init(_ path: String) throws {
        self.path = path
        earlier = try Self.earlier(path)
        try AtomicFile.makeFolder(path)
        guard access(path, W_OK | X_OK) == 0 else {
            throw ScalebenchError(
                .inputOutput, "the folder cannot be written", at: path, cause: String(cString: strerror(errno)))
        }
        if earlier.isEmpty { try writeMarker([]) }
    }

    private static func earlier(_ path: String) throws -> Set<String> {
        let marker = "\(path)/\(marker)"
        if FileManager.default.fileExists(atPath: marker) {
            let found = try? JSONInput.decode(Marker.self, from: try InputFile.read(marker))
            guard let found, found.schemaVersion == 1 else {
                throw ScalebenchError(
                    .invalidInput, "not the list of a site's files", at: marker,
                    hint: "choose another folder, or empty this one")
            }
            return Set(found.files.filter(isInside))
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        let names = isFolder.boolValue ? (try? FileManager.default.contentsOfDirectory(atPath: path)) : nil
        guard let names, names.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "this is not an empty folder, nor the folder of a site", at: path,
                hint: "name a folder that does not exist yet")
        }
        return []
    }

    /// Whether a listed path stays inside the folder: the list may have been edited.
    private static func isInside(_ path: String) -> Bool {
        !path.isEmpty
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }

    /// Writes a file, unless it is there with the same bytes. May be called from several threads for different paths.
    /// Nothing is flushed: a site can be made again.
    func write(_ data: Data, to relative: String) throws {
        let file = "\(path)/\(relative)"
        try makeFolder(of: file)
        var isChanged = false
        if !Self.has(data, file) {
            try Self.replace(file, data)
            isChanged = true
        }
        state.withLock { state in
            state.paths.insert(relative)
            state.bytes += data.count
            state.changed += isChanged ? 1 : 0
        }
    }

    private func folder(of relative: String) -> String { ("\(path)/\(relative)" as NSString).deletingLastPathComponent }

    private func makeFolder(of file: String) throws {
        let folder = (file as NSString).deletingLastPathComponent
        guard !state.withLock({ $0.folders.contains(folder) }) else { return }
        try AtomicFile.makeFolder(folder)
        state.withLock { _ = $0.folders.insert(folder) }
    }

    private static func has(_ data: Data, _ file: String) -> Bool {
        var status = stat()
        guard stat(file, &status) == 0, Int(status.st_size) == data.count else { return false }
        return (try? InputFile.read(file)) == data
    }

    private static func replace(_ file: String, _ data: Data) throws {
        let temporary = "\(file).tmp-\(ProcessInfo.processInfo.processIdentifier)"
        guard create(temporary, data), rename(temporary, file) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw ScalebenchError(
                .inputOutput, "cannot be written", at: file, hint: "check that the folder is writable and has space",
                cause: reason)
        }
    }

    private static func create(_ file: String, _ data: Data) -> Bool {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        let isWhole = data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                guard count > 0 || errno == EINTR else { return false }
                done += max(0, count)
            }
            return true
        }
        return close(descriptor) == 0 && isWhole
    }

    /// Removes the files that only the earlier site has and those that a killed command left half-written, and lists the new
    /// ones.
    func finish() throws -> Written {
        let written = state.withLock { $0 }
        for folder in written.folders.union(earlier.map(folder(of:))) { AtomicFile.removeAbandoned(in: folder) }
        for gone in earlier.subtracting(written.paths) {
            unlink("\(path)/\(gone)")
            removeEmptyFolders(above: gone)
        }
        try writeMarker(written.paths)
        return Written(files: written.paths.count, changed: written.changed, bytes: written.bytes)
    }

    private func removeEmptyFolders(above file: String) {
        var parts = file.split(separator: "/").dropLast()
        // The system refuses to remove a folder with something in it.
        while !parts.isEmpty, rmdir("\(path)/\(parts.joined(separator: "/"))") == 0 { parts.removeLast() }
    }

    private func writeMarker(_ paths: Set<String>) throws {
        try AtomicFile.write(try JSONDocument.pretty(Marker(files: paths.sorted())), to: "\(path)/\(Self.marker)")
    }
}
