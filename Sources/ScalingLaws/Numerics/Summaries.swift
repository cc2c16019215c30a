// Means, variances and geometric means of plain lists.

import Foundation

extension [Double] {
    /// The arithmetic mean; NaN for an empty list.
    package var mean: Double { reduce(0, +) / Double(count) }

    /// The unbiased sample variance; NaN below two values.
    package var variance: Double {
        let mean = mean
        return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    }

    /// The value below which a share of the values lies, interpolated between neighbours; NaN for an empty list.
    package func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted(), place = share * Double(count - 1)
        let below = Int(place)
        let low = sorted[below], high = sorted[Swift.min(below + 1, count - 1)]
        return low == high ? low : low + (place - Double(below)) * (high - low)
    }

    /// The middle value; NaN for an empty list.
    package var median: Double { quantile(0.5) }

    /// The geometric mean of positive values; for equal values it is exactly that value.
    package var geometricMean: Double {
        allSatisfy { $0 == self[0] } ? self[0] : exp(map { log($0) }.mean)
    }
}

/// Standard error of the mean of `second − first`, taken element by element, so that what both lists share cancels.
///
/// It is nil unless the lists have equal length and at least two elements.
package func pairedStandardError(_ first: [Double], _ second: [Double]) -> Double? {
    guard first.count == second.count, first.count > 1 else { return nil }
    let differences = zip(first, second).map { $1 - $0 }
    return (differences.variance / Double(differences.count)).squareRoot()
}

/// The information that a measurement adds to an earlier one of the same quantity, both normal: the standard deviation
/// of an independent measurement that would bring the earlier precision 1/`known`² up to 1/`sigma`² (precisions of
/// independent measurements add up). It is nil where the measurement adds nothing.
package func sigmaOfAddedMeasurement(_ sigma: Double, known: Double) -> Double? {
    sigma < known ? 1 / (1 / (sigma * sigma) - 1 / (known * known)).squareRoot() : nil
}

extension Array {
    /// At most `count` elements, evenly spread.
    package func evenlySpread(_ count: Int) -> [Element] {
        let step = Swift.max(1, Double(self.count) / Double(count))
        return (0..<Swift.min(self.count, count)).map { self[Int(Double($0) * step)] }
    }
}
