// The order in which a pass visits the windows of a split. It is a function of (seed, pass) alone.
//
// The split is cut into blocks of 65,536 tokens, the frames of our own shards. A pass shuffles the blocks, takes them
// in groups of sixteen, and shuffles the windows within each group: every frame is decoded once per pass, sixteen are
// in memory at a time, and a batch mixes windows from all over the data. Windows do not cross blocks, so at most one
// window in a block is left out; blocks do not depend on how the shards are cut into frames.

import ScalebenchCore

/// The windows of one split, `contextLength + 1` tokens each, starting at multiples of `contextLength` in their block.
struct WindowOrder: Sendable {
    static let blockTokens = 65_536
    static let groupBlocks = 16

    let tokens: Int
    let contextLength: Int
    let seed: UInt64
    /// Windows in a pass.
    let windows: Int

    init(tokens: Int, contextLength: Int, seed: UInt64) {
        self.tokens = tokens
        self.contextLength = contextLength
        self.seed = seed
        let rest = tokens % Self.blockTokens
        windows =
            tokens / Self.blockTokens * ((Self.blockTokens - 1) / contextLength) + max(0, rest - 1) / contextLength
    }

    var blocks: Int { (tokens + Self.blockTokens - 1) / Self.blockTokens }

    func windows(inBlock block: Int) -> Int {
        (min(Self.blockTokens, tokens - block * Self.blockTokens) - 1) / contextLength
    }

    /// The groups of a pass: blocks in the order of the pass, and the number of the first window of each group.
    struct Pass: Sendable {
        var index: Int
        var blocks: [Int]
        var groupStarts: [Int]
    }

    func pass(_ index: Int) -> Pass {
        var order = Array(0..<blocks)
        shuffle(&order, stream: index << 24)
        var starts: [Int] = []
        var start = 0
        for first in stride(from: 0, to: order.count, by: Self.groupBlocks) {
            starts.append(start)
            for block in order[first..<min(first + Self.groupBlocks, order.count)] { start += windows(inBlock: block) }
        }
        return Pass(index: index, blocks: order, groupStarts: starts)
    }

    /// First tokens of the windows of one group, in the order of the pass.
    func windowStarts(of pass: Pass, group: Int) -> [Int] {
        let first = group * Self.groupBlocks
        var starts: [Int] = []
        for block in pass.blocks[first..<min(first + Self.groupBlocks, pass.blocks.count)] {
            let base = block * Self.blockTokens
            for window in 0..<windows(inBlock: block) { starts.append(base + window * contextLength) }
        }
        shuffle(&starts, stream: pass.index << 24 | (group + 1))
        return starts
    }

    /// Fisher–Yates, spelled out because the standard library's algorithm may change. The purpose "data order" is in
    /// the stream's top byte. An index is a scaled 32-bit draw, whose bias is below 2^-12 at 10^6 entries.
    private func shuffle(_ values: inout [Int], stream: Int) {
        var random = Philox(seed: seed, stream: UInt64(stream) | 0xDA << 56)
        guard values.count > 1 else { return }
        for last in stride(from: values.count - 1, to: 0, by: -1) {
            values.swapAt(last, Int((UInt64(random.next32()) * UInt64(last + 1)) >> 32))
        }
    }
}
