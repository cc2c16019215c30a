// The tokens of one split as one stream over all its shards, read by frame.

import ScalebenchCore

/// One split of a data set, opened: shards whose seek tables have been checked.
package struct TokenSplit: Sendable {
    let shards: [TokenShard]
    let vocabularySize: Int
    /// Tokens of all shards together.
    package let tokens: Int
    /// Of every frame of every shard in order: its shard, its index there, and the place of its first token.
    let frames: [Frame]

    struct Frame: Sendable {
        var shard: Int
        var index: Int
        var start: Int
    }

    init(folder: String, split: DatasetManifest.Split, type: TokenType, vocabularySize: Int) throws {
        shards = try split.shards.map { try TokenShard(path: "\(folder)/\($0.file)", entry: $0, type: type) }
        self.vocabularySize = vocabularySize
        var frames: [Frame] = []
        var start = 0
        for (number, shard) in shards.enumerated() {
            for (index, frame) in shard.table.frames.enumerated() {
                frames.append(Frame(shard: number, index: index, start: start))
                start += frame.decompressedBytes / type.bytes
            }
        }
        self.frames = frames
        tokens = start
    }

    /// The frame in which token `position` lies.
    func frame(at position: Int) -> Int {
        var low = 0, high = frames.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if frames[middle].start <= position { low = middle } else { high = middle }
        }
        return low
    }

    func decode(_ frame: Int, with decoder: FrameDecoder) throws -> [UInt32] {
        try decoder.decode(frames[frame].index, of: shards[frames[frame].shard], below: vocabularySize)
    }

    /// The tokens in `range`, read in order.
    package func read(_ range: Range<Int>) throws -> [UInt32] {
        precondition(range.lowerBound >= 0 && range.upperBound <= tokens)
        guard !range.isEmpty else { return [] }
        let decoder = FrameDecoder()
        var result: [UInt32] = []
        result.reserveCapacity(range.count)
        var frame = frame(at: range.lowerBound)
        while result.count < range.count {
            let decoded = try decode(frame, with: decoder)
            let first = range.lowerBound + result.count - frames[frame].start
            result += decoded[first..<min(decoded.count, range.upperBound - frames[frame].start)]
            frame += 1
        }
        return result
    }

    /// Decodes everything and compares each shard with the SHA-256 in the manifest. `progress` gets the share done.
    func verify(progress: (Double) -> Void) throws {
        let decoder = FrameDecoder()
        var done = 0
        for shard in shards {
            var hash = IncrementalHash()
            for index in shard.table.frames.indices {
                let bytes = try decoder.decodeBytes(index, of: shard)
                bytes.withUnsafeBytes { hash.update($0) }
                _ = try decoder.tokens(in: bytes, of: shard, below: vocabularySize)
                done += shard.table.frames[index].decompressedBytes / shard.type.bytes
                progress(Double(done) / Double(tokens))
            }
            guard hash.finalize() == shard.sha256 else {
                throw ScalebenchError(
                    .damagedData, "the SHA-256 of the tokens is not the one in dataset.json", at: shard.path,
                    hint: "restore the file, or remove the folder to have the data set made again")
            }
        }
    }
}
