// Following a run that another process is training.

import Foundation
package import ScalebenchCore

/// Reads the events that were appended to an event file since the last call. It is for display only: a line that does
/// not parse is skipped, and results are read by `RunStore.record`.
package struct EventTail {
    private let path: String
    private var offset: UInt64 = 0

    package init(_ folder: RunFolder) {
        path = folder.events
    }

    /// Skips the events that are already there.
    package mutating func skipPresent() {
        _ = newEvents()
    }

    /// The events of the whole lines written since the last call; none while the file does not exist.
    package mutating func newEvents() -> [RunEvent] {
        guard let handle = InputFile.openIfPresent(path) else { return [] }
        defer { try? handle.close() }
        guard let length = try? handle.seekToEnd() else { return [] }
        // Reopening after a crash cuts off a torn line, which was never consumed here; a shorter file is a new one.
        if length < offset { offset = 0 }
        guard length > offset, (try? handle.seek(toOffset: offset)) != nil, let data = try? handle.readToEnd(),
            let end = data.lastIndex(of: UInt8(ascii: "\n"))
        else { return [] }
        offset += UInt64(data.distance(from: data.startIndex, to: end) + 1)
        let decoder = JSONDecoder()
        return data[...end].split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONInput.decode(RunEvent.self, from: $0, with: decoder)
        }
    }
}
