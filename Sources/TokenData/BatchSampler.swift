// Tokens → batches.

import ScalebenchCore

/// Batches of windows in a random order without repetition. Batch i is a function of (data set, contextLength,
/// batchSequences, seed, i): it does not matter what was read before, by how many processes, or after which resume.
/// Windows are used again, in another order, only after all have been used. Belongs to one thread.
package final class BatchSampler {
    /// Windows of one pass over the training tokens.
    package var windows: Int { order.windows }

    private let dataset: TokenDataset
    private let contextLength: Int
    private let batchSequences: Int
    private let order: WindowOrder
    private let decoder = FrameDecoder()
    private var pass: WindowOrder.Pass
    private var group = -1
    private var groupStarts: [Int] = []
    private var frames: [Int: [UInt32]] = [:]

    /// Throws where the training split has not a single window of this length.
    package init(_ dataset: TokenDataset, contextLength: Int, batchSequences: Int, seed: UInt64) throws {
        precondition(contextLength > 0 && batchSequences > 0)
        self.dataset = dataset
        self.contextLength = contextLength
        self.batchSequences = batchSequences
        order = WindowOrder(tokens: dataset.trainTokens, contextLength: contextLength, seed: seed)
        guard order.windows > 0 else {
            throw ScalebenchError(
                .invalidInput,
                "no training window of \(contextLength) + 1 tokens fits "
                    + "\(min(dataset.trainTokens, WindowOrder.blockTokens)) tokens",
                at: "data set \(dataset.name)", hint: "lower contextLength, or take a larger data set")
        }
        pass = order.pass(0)
    }

    /// Fills `tokens`, `[batchSequences, contextLength + 1]`, with batch `index`. Throws `damagedData` where a frame
    /// is not what was written.
    package func batch(_ index: Int, into tokens: UnsafeMutableBufferPointer<UInt32>) throws {
        precondition(index >= 0 && tokens.count == batchSequences * (contextLength + 1))
        for sequence in 0..<batchSequences {
            let start = try windowStart(index * batchSequences + sequence)
            let slot = tokens.baseAddress! + sequence * (contextLength + 1)
            try copy(from: start, to: UnsafeMutableBufferPointer(start: slot, count: contextLength + 1))
        }
    }

    /// How often `batches` batches go through the data: passes begun count in part, and `repeatedShare` is the share
    /// of sequences that the model has seen before.
    package func coverage(batches: Int) -> (passes: Double, repeatedShare: Double) {
        let used = batches * batchSequences
        return (Double(used) / Double(windows), used <= windows ? 0 : Double(used - windows) / Double(used))
    }

    /// The first token of window `number`, counted over all passes.
    private func windowStart(_ number: Int) throws -> Int {
        let (passIndex, inPass) = number.quotientAndRemainder(dividingBy: windows)
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
            frames.removeAll(keepingCapacity: true)
        }
        return groupStarts[inPass - pass.groupStarts[wanted]]
    }

    /// Copies consecutive tokens, decoding the frames they lie in at most once per group.
    private func copy(from start: Int, to target: UnsafeMutableBufferPointer<UInt32>) throws {
        let split = dataset.train
        var done = 0
        var frame = split.frame(at: start)
        while done < target.count {
            let decoded = try frames[frame] ?? split.decode(frame, with: decoder)
            frames[frame] = decoded
            let first = start + done - split.frames[frame].start
            let count = min(decoded.count - first, target.count - done)
            decoded.withUnsafeBufferPointer { source in
                (target.baseAddress! + done).update(from: source.baseAddress! + first, count: count)
            }
            done += count
            frame += 1
        }
    }
}
