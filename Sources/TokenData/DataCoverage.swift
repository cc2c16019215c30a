// How often a run of a given length goes through its data. This is known before anything is read.

/// How much of its training data a run repeats.
package struct DataCoverage: Codable, Sendable, Equatable {
    /// Passes over the data, with fractions; for a mixture, over the part that is repeated most.
    package var passes: Double
    /// The share of the run's sequences that it has read before.
    package var repeatedShare: Double

    /// Returns nil if a part has no window of this length, or if the run has no sequences.
    ///
    /// - Parameters:
    ///   - trainTokens: training tokens of each part of the data set.
    ///   - weights: weights of the parts; `[1]` for a data set that is not a mixture.
    ///   - sequences: training sequences of the run, of `contextLength` tokens.
    ///   - uniqueTokens: how many training tokens the run uses; nil for all.
    package init?(trainTokens: [Int], weights: [Int], contextLength: Int, sequences: Int, uniqueTokens: Int? = nil) {
        let used = MixturePattern(weights: weights).counts(sequences)
        let windows = zip(trainTokens, weights).map { tokens, weight in
            let limit = Self.tokens(uniqueTokens, ofWeight: weight, among: weights) ?? .max
            return WindowOrder(tokens: min(tokens, limit), contextLength: contextLength, seed: 0).windows
        }
        guard sequences > 0, windows.allSatisfy({ $0 > 0 }) else { return nil }
        passes = zip(used, windows).map { Double($0) / Double($1) }.max() ?? 0
        repeatedShare = Double(zip(used, windows).reduce(0) { $0 + max(0, $1.0 - $1.1) }) / Double(sequences)
    }

    /// The part of a number of unique tokens that belongs to one part of a mixture, one more for the last window's target;
    /// nil for all.
    static func tokens(_ uniqueTokens: Int?, ofWeight weight: Int, among weights: [Int]) -> Int? {
        uniqueTokens.map { Int((Double($0) * Double(weight) / Double(weights.reduce(0, +))).rounded(.up)) + 1 }
    }
}
