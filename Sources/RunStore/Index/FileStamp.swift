// What tells that a file is what it was: its size and the time of its last change.

import Foundation

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
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        size = Int(status.st_size)
        time = Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
    }

    /// Whether the file may still change without another size or time: clocks of file systems tick in steps.
    var isFresh: Bool { Date.now.timeIntervalSince1970 * 1e9 - Double(time) < 2e9 }
}
