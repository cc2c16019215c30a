// Sudden rises of the training loss. A step is a spike when its loss lies above the median of the nine before it by more
// than six robust standard deviations (1.4826 times the median absolute value) of such differences, and by more than a
// hundredth of that median.

/// Spikes in a series of training losses.
package enum LossSpikes {
    private static let window = 9
    private static let deviations = 6.0
    private static let smallestShare = 0.01

    /// The indices of the spikes. The first nine losses have too few before them.
    package static func indices(_ losses: [Double]) -> [Int] {
        guard losses.count > window else { return [] }
        let medians = (window..<losses.count).map { Array(losses[($0 - window)..<$0]).median }
        let rises = zip(losses.dropFirst(window), medians).map { $0 - $1 }
        let limit = deviations * 1.4826 * rises.map { abs($0) }.median
        return rises.indices.filter { rises[$0] > max(limit, smallestShare * medians[$0]) }.map { $0 + window }
    }
}
