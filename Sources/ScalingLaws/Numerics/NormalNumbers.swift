// Standard normal numbers, drawn one after the other.

/// A source of standard normal numbers.
protocol NormalNumbers {
    mutating func normal() -> Double
}

extension SplitMix: NormalNumbers {}

/// The numbers of one seed, which are the same ones every time. The first of them are computed once: as many as the sample
/// paths of one pair need, because all pairs draw their paths with them.
struct RepeatedNormals: NormalNumbers {
    private static let count = 1 << 18
    private static let start: (numbers: [Double], next: SplitMix) = {
        var generator = SplitMix(seed: 0x5CA1_EBE7)
        let numbers = (0..<count).map { _ in generator.normal() }
        return (numbers, generator)
    }()

    private let numbers = start.numbers
    private var used = 0
    private var next = start.next

    mutating func normal() -> Double {
        guard used < numbers.count else { return next.normal() }
        used += 1
        return numbers[used - 1]
    }
}
