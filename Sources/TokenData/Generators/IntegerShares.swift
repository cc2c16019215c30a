// Probabilities as whole numbers, so that the drawn and the stated ones are the same to the last bit on every machine.

/// A distribution over 0 ..< count in whole parts of 2^bits.
struct IntegerShares: Sendable {
    /// `ends[i]` is the end of the first i entries' parts: 0 first, 2^bits last.
    let ends: [Int]

    /// Parts in proportion to `weights`, cumulatively rounded down; a very small weight may get no part.
    init(_ weights: [Int], bits: Int) {
        let total = UInt64(weights.reduce(0, +))
        var sum: UInt64 = 0
        ends =
            [0]
            + weights.map { weight in
                sum += UInt64(weight)
                return Int(total.dividingFullWidth(sum.multipliedFullWidth(by: 1 << bits)).quotient)
            }
    }

    /// 1 / (rank + offset) for the ranks 0 ..< count, in units of 2^-32.
    static func zipf(count: Int, offset: Int) -> [Int] {
        (0..<count).map { (1 << 32) / ($0 + offset) }
    }

    /// The parts of entry `index`.
    func share(_ index: Int) -> Int { ends[index + 1] - ends[index] }

    /// The entry to which part `draw` belongs.
    func entry(at draw: Int) -> Int {
        var low = 0, high = ends.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if ends[middle] <= draw { low = middle } else { high = middle }
        }
        return low
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that scatters neighbours.
func scatter(_ value: UInt64) -> UInt64 {
    var value = value &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
}
