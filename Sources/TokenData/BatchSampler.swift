// Tokens → batches.

import ScalebenchCore

/// Batches of windows in a random order without repetition. Batch i is a function of (data set, contextLength,
/// batchSequences, seed, i): it does not depend on what was read before, on the number of processes, or on resumes.
/// Windows are used again, in another order, only after all have been used. A sampler belongs to one thread.
package final class BatchSampler {
    private let contextLength: Int
    private let batchSequences: Int
    private let pattern: MixturePattern
    private let streams: [WindowStream]

    /// Throws if a training split has no window of this length.
    /// - Parameter uniqueTokens: how many training tokens are used, the first of every part in proportion to its weight;
    ///   nil for all.
    package init(
        _ dataset: TokenDataset, contextLength: Int, batchSequences: Int, uniqueTokens: Int? = nil, seed: UInt64
    ) throws {
        precondition(contextLength > 0 && batchSequences > 0)
        self.contextLength = contextLength
        self.batchSequences = batchSequences
        let weights = dataset.parts.map(\.weight)
        pattern = MixturePattern(weights: weights)
        streams = dataset.parts.map { part in
            WindowStream(
                part.train, tokens: DataCoverage.tokens(uniqueTokens, ofWeight: part.weight, among: weights),
                contextLength: contextLength, seed: seed)
        }
        for (stream, part) in zip(streams, dataset.parts) where stream.order.windows == 0 {
            throw ScalebenchError(
                .invalidInput,
                "no training window of \(contextLength) + 1 tokens fits into "
                    + "\(min(stream.order.tokens, WindowOrder.blockTokens)) tokens",
                at: "data set \(part.name)", hint: "lower contextLength or repeats, or take a larger data set")
        }
    }

    /// Fills `tokens`, `[batchSequences, contextLength + 1]`, with batch `index`. Throws `damagedData` if a frame is
    /// damaged.
    package func batch(_ index: Int, into tokens: UnsafeMutableBufferPointer<UInt32>) throws {
        precondition(index >= 0 && tokens.count == batchSequences * (contextLength + 1))
        for sequence in 0..<batchSequences {
            let place = pattern.place(of: index * batchSequences + sequence)
            let slot = tokens[(sequence * (contextLength + 1))..<((sequence + 1) * (contextLength + 1))]
            try streams[place.part].copy(place.index, to: UnsafeMutableBufferPointer(rebasing: slot))
        }
    }
}
