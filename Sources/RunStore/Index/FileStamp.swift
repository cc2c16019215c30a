// What tells that a file is what it was: its size and the time of its last change.

import Foundation
import ScalebenchCore
import ScalingLaws

/// Size and time of a file.
struct FileStamp: Hashable {
    var size: Int
    /// Nanoseconds since 1970.
    var time: Int

    init(size: Int, time: Int) {
        self.size = size
        self.time = time
    }

    /// Nil where there is no such file.
    /// - Parameter folder: the descriptor of the folder that the path starts from; by default that of the process.
    init?(_ path: String, from folder: Int32 = AT_FDCWD) {
        var status = stat()
        guard fstatat(folder, path, &status, 0) == 0 else { return nil }
        size = Int(status.st_size)
        time = Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
    }

    /// Whether the file may still change without another size or time: clocks of file systems tick in steps.
    var isFresh: Bool { isFresh(now: Self.now) }

    func isFresh(now: Double) -> Bool { now - Double(time) < 2e9 }

    /// Nanoseconds since 1970.
    static var now: Double { Date.now.timeIntervalSince1970 * 1e9 }
}

extension FileStamp {
    /// The stamps of files, in their order; nil where there is no such file.
    static func stamps(_ paths: [String], from folder: Int32 = AT_FDCWD) -> [FileStamp?] {
        let size = 2048
        return inParallel((paths.count + size - 1) / size) { piece in
            paths[piece * size..<min(paths.count, (piece + 1) * size)].map { FileStamp($0, from: folder) }
        }.flatMap(\.self)
    }
}

extension RunStore {
    /// The stamps of the events of runs, in the order of the names; nil where a run has none.
    func eventStamps(_ names: [String]) -> [FileStamp?] {
        let folder = Foundation.open("\(root)/runs", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return names.map { _ in nil } }
        defer { close(folder) }
        return FileStamp.stamps(names.map { $0 + "/events.jsonl" }, from: folder)
    }
}
