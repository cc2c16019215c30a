// Some of the values of a list by their rank, without sorting the rest.
// Source: C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (1961).

extension [Double] {
    /// The same values in an order in which those at some places are the ones that stand there in the sorted list.
    /// - Parameter ranks: the places, in ascending order; each is below `count`. The values must not be NaN.
    package func sorted(atRanks ranks: [Int]) -> [Double] {
        var values = self
        values.withUnsafeMutableBufferPointer { Self.place($0, 0..<count, ranks[...], depth: 2 * count.bitWidth) }
        return values
    }

    /// Below this count a range is sorted as a whole.
    private static let fewest = 16

    /// Puts the values of `ranks` in their places, all of which lie in `range`.
    private static func place(
        _ values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>, _ ranks: ArraySlice<Int>, depth: Int
    ) {
        guard !ranks.isEmpty else { return }
        guard range.count > fewest, depth > 0 else { return values[range].sort() }
        let (left, right) = parted(values, range)
        let first = ranks.prefix { $0 <= left }, rest = ranks.drop { $0 < right }
        place(values, range.lowerBound..<left + 1, first, depth: depth - 1)
        place(values, right..<range.upperBound, rest, depth: depth - 1)
    }

    /// Moves small values to the left of large ones.
    /// - Returns: the last place of the left part and the first of the right one. A value between them is in its place.
    private static func parted(
        _ values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>
    ) -> (left: Int, right: Int) {
        var i = range.lowerBound, j = range.upperBound - 1
        let some = (values[i], values[(i + j) / 2], values[j])
        let pivot = Swift.max(Swift.min(some.0, some.1), Swift.min(Swift.max(some.0, some.1), some.2))
        while i <= j {
            while values[i] < pivot { i += 1 }
            while pivot < values[j] { j -= 1 }
            if i <= j {
                values.swapAt(i, j)
                i += 1
                j -= 1
            }
        }
        return (j, i)
    }
}
