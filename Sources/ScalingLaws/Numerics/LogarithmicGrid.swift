// Values that are equally spaced in the logarithm, and the logarithm of a sum.

import Foundation

/// `count` values from `first` to `last`, equally spaced in the logarithm.
package struct LogarithmicGrid: Codable, Sendable, Equatable {
    package var first: Double
    package var last: Double
    package var count: Int

    package init(_ first: Double, _ last: Double, count: Int) {
        self.first = first
        self.last = last
        self.count = count
    }

    package var values: [Double] {
        guard count > 1 else { return [first] }
        return (0..<count).map { first * pow(last / first, Double($0) / Double(count - 1)) }
    }
}

/// ln Σ exp(values), without overflow; −∞ for an empty list.
func logSumExp(_ values: [Double]) -> Double {
    guard let top = values.max(), top > -.infinity else { return -.infinity }
    return top + log(values.reduce(0) { $0 + exp($1 - top) })
}
