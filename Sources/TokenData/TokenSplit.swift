// The tokens of one split as one stream over all its shards, read by frame.

import ScalebenchCore

/// One split of a data set, opened: shards whose seek tables have been checked.
package struct TokenSplit: Sendable {
    let shards: [TokenShard]
    let vocabularySize: Int
    let type: TokenType
    /// Tokens of all shards together.
    package let tokens: Int
    /// Every frame of every shard in order, with its shard, its index there, and the place of its first token.
    let frames: [Frame]

    struct Frame: Sendable {
        var shard: Int
        var index: Int
        var start: Int
    }

    init(folder: String, split: DatasetManifest.Split, type: TokenType, vocabularySize: Int) throws {
        shards = try split.shards.map { try TokenShard(path: "\(folder)/\($0.file)", entry: $0, type: type) }
        self.vocabularySize = vocabularySize
        self.type = type
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

    /// Bytes of the shards on disk, seek tables left out.
    package var storedBytes: Int { shards.reduce(0) { $0 + $1.table.framesEnd } }

    /// The frame in which token `position` lies.
    func frame(at position: Int) -> Int {
        var low = 0, high = frames.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if frames[middle].start <= position { low = middle } else { high = middle }
        }
        return low
    }

    func decode(_ frame: Int, with decoder: FrameDecoder, into buffer: FrameBuffer) throws {
        try decoder.decode(
            frames[frame].index, of: shards[frames[frame].shard], below: vocabularySize, into: buffer)
    }

    /// The tokens in `range`, read in order.
    package func read(_ range: Range<Int>) throws -> [UInt32] {
        precondition(range.lowerBound >= 0 && range.upperBound <= tokens)
        guard !range.isEmpty else { return [] }
        let decoder = FrameDecoder(), buffer = FrameBuffer()
        return try [UInt32](unsafeUninitializedCapacity: range.count) { target, count in
            var frame = frame(at: range.lowerBound)
            while count < range.count {
                try decode(frame, with: decoder, into: buffer)
                let first = range.lowerBound + count - frames[frame].start
                let end = min(count + buffer.count - first, range.count)
                buffer.copy(from: first, to: UnsafeMutableBufferPointer(rebasing: target[count..<end]))
                count = end
                frame += 1
            }
        }
    }

    /// Decodes every frame in order and, at the end of each shard, compares its SHA-256 with that in the manifest.
    /// `body` gets each frame; `progress` gets the number of tokens done.
    func walk(progress: (Int) throws -> Void = { _ in }, _ body: (FrameBuffer) throws -> Void = { _ in }) throws {
        let decoder = FrameDecoder(), buffer = FrameBuffer()
        var done = 0
        for shard in shards {
            var hash = IncrementalHash()
            for index in shard.table.frames.indices {
                try decoder.decode(index, of: shard, below: vocabularySize, into: buffer)
                hash.update(UnsafeRawBufferPointer(buffer.bytes))
                try body(buffer)
                done += buffer.count
                try progress(done)
            }
            guard hash.finalize() == shard.sha256 else {
                throw ScalebenchError(
                    .damagedData, "the SHA-256 of the tokens is not the one in dataset.json", at: shard.path,
                    hint: "restore the file, or remove the folder to have the data set made again")
            }
        }
    }

    /// Tokens per second of decoding alone, without the vocabulary check, on the first `tokens` tokens. Readers are
    /// compared with this rate.
    package func decodeRate(tokens wanted: Int) throws -> Double {
        let decoder = FrameDecoder(), buffer = FrameBuffer()
        var done = 0
        let began = ContinuousClock.now
        for frame in frames where done < wanted {
            try decoder.decode(frame.index, of: shards[frame.shard], into: buffer)
            done += buffer.count
        }
        return Double(done) / began.duration(to: .now).seconds
    }
}
