// Passes over the windows of one split, one after the other.

/// Gives the windows of a split in the order of `WindowOrder`. Belongs to one thread.
final class WindowStream {
    let order: WindowOrder
    private let split: TokenSplit
    private let decoder = FrameDecoder()
    private var pass: WindowOrder.Pass
    private var group = -1
    private var groupStarts: [Int] = []
    /// The decoded frames of the group.
    private var frames: [Int: FrameBuffer] = [:]
    /// Memory of frames that are no longer needed.
    private var spare: [FrameBuffer] = []

    /// - Parameter tokens: how many tokens are used, the first of the split; nil for all.
    init(_ split: TokenSplit, tokens: Int? = nil, contextLength: Int, seed: UInt64) {
        self.split = split
        order = WindowOrder(tokens: min(tokens ?? .max, split.tokens), contextLength: contextLength, seed: seed)
        pass = order.pass(0)
    }

    /// Fills `target`, `[contextLength + 1]`, with window `number`, counted over all passes.
    func copy(_ number: Int, to target: UnsafeMutableBufferPointer<UInt32>) throws {
        let start = windowStart(number)
        var done = 0
        var frame = split.frame(at: start)
        while done < target.count {
            let decoded = try decoded(frame)
            let first = start + done - split.frames[frame].start
            let end = min(done + decoded.count - first, target.count)
            decoded.copy(from: first, to: UnsafeMutableBufferPointer(rebasing: target[done..<end]))
            done = end
            frame += 1
        }
    }

    private func windowStart(_ number: Int) -> Int {
        let (passIndex, inPass) = number.quotientAndRemainder(dividingBy: order.windows)
        if passIndex != pass.index {
            pass = order.pass(passIndex)
            group = -1
        }
        var wanted = max(group, 0)
        if pass.groupStarts[wanted] > inPass { wanted = 0 }
        while wanted + 1 < pass.groupStarts.count, pass.groupStarts[wanted + 1] <= inPass { wanted += 1 }
        if wanted != group {
            group = wanted
            groupStarts = order.windowStarts(of: pass, group: wanted)
            spare += frames.values
            frames.removeAll(keepingCapacity: true)
        }
        return groupStarts[inPass - pass.groupStarts[wanted]]
    }

    /// Decodes a frame at most once per group, hence once per pass.
    private func decoded(_ frame: Int) throws -> FrameBuffer {
        if let decoded = frames[frame] { return decoded }
        let buffer = spare.popLast() ?? FrameBuffer()
        try split.decode(frame, with: decoder, into: buffer)
        frames[frame] = buffer
        return buffer
    }
}
