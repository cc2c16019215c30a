// A straight line through points, by least squares.

/// The line y = `meanY` + `slope`·(x − `meanX`) with the smallest sum of squared residuals.
package struct LeastSquaresLine: Sendable, Equatable {
    package let slope: Double
    package let meanX: Double
    package let meanY: Double

    /// The slope is zero where all x are equal. Both lists have the same length and at least one element.
    package init(_ x: [Double], _ y: [Double]) {
        precondition(!x.isEmpty && x.count == y.count)
        let meanX = x.mean, meanY = y.mean
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        slope = spread > 0 ? zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread : 0
        self.meanX = meanX
        self.meanY = meanY
    }

    /// Each point counts as often as its weight says.
    package init(_ x: [Double], _ y: [Double], weights: [Double]) {
        precondition(!x.isEmpty && x.count == y.count && x.count == weights.count)
        let total = weights.reduce(0, +)
        func mean(_ values: [Double]) -> Double { zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total }
        let meanX = mean(x), meanY = mean(y)
        let spread = mean(x.map { ($0 - meanX) * ($0 - meanX) })
        slope = spread > 0 ? mean(zip(x, y).map { ($0 - meanX) * ($1 - meanY) }) / spread : 0
        self.meanX = meanX
        self.meanY = meanY
    }

    package func value(at x: Double) -> Double { meanY + slope * (x - meanX) }

    /// The line's value at x = 0.
    package var intercept: Double { meanY - slope * meanX }

    /// The sum of squared residuals, each counted with its weight.
    func squares(_ x: [Double], _ y: [Double], weights: [Double]) -> Double {
        zip(zip(x, y), weights).reduce(0) { sum, point in
            let residual = point.0.1 - meanY - slope * (point.0.0 - meanX)
            return sum + point.1 * residual * residual
        }
    }
}
