// The floor of a power law: how well the losses alone determine it, and whether what lies above it is a power law.
// Notation as in PowerLaw.swift.

import Foundation

extension PowerLaw {
    /// Exponent and R² of the line through ln(reducible loss) over ln(scale); nil with fewer than three points, where a
    /// value is not positive, or where all losses are equal.
    package static func line(scales: [Double], reducible: [Double]) -> (exponent: Double, rSquared: Double)? {
        guard scales.count >= 3, (scales + reducible).allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        let y = reducible.map { log($0) }
        let x = scales.map { log($0) }, equal = y.map { _ in 1.0 }
        let line = LeastSquaresLine(x, y, weights: equal)
        let total = y.reduce(0) { $0 + ($1 - line.meanY) * ($1 - line.meanY) }
        guard total > 0 else { return nil }
        return (-line.slope, 1 - line.squares(x, y, weights: equal) / total)
    }

    /// The 90 % interval of the floor: the floors at which the sum of squared residuals of ln L, with amplitude and
    /// exponent fitted anew, is at most 1 + t²/(n − 3) times its smallest (t: the 95 % quantile of Student's t with
    /// n − 3 degrees of freedom). It assumes that the law is right and that residuals are independent and alike. It is
    /// nil with fewer than four points.
    /// Source: Bates and Watts, Nonlinear Regression Analysis, 1988, section 6.1 (profile t).
    package static func floorInterval90(scales: [Double], losses: [Double]) -> Interval? {
        let freedom = scales.count - 3
        guard freedom >= 1, let smallest = losses.min(), smallest > 0, let top = scales.last else { return nil }
        let x = scales.map { log($0 / top) }
        // The grid is dense near the smallest loss, where the reducible loss changes fastest.
        let floors = (0...2000).map { smallest * (1 - pow(10, -4 * Double($0) / 2000)) }
        let costs = floors.map { profile(x, losses, floor: $0) }
        guard let best = costs.min() else { return nil }
        let limit = best * (1 + pow(studentQuantile95(freedom), 2) / Double(freedom)) + 1e-24
        let inside = zip(floors, costs).filter { $0.1 <= limit }.map(\.0)
        return Interval(inside.first ?? 0, inside.last ?? smallest)
    }

    /// The smallest sum of squared residuals of ln L at a fixed floor: a line through ln(L − E), each residual weighted
    /// with the share of the loss that is reducible, which turns it into a residual of ln L to first order.
    private static func profile(_ x: [Double], _ losses: [Double], floor: Double) -> Double {
        let y = losses.map { log($0 - floor) }, weights = losses.map { pow(($0 - floor) / $0, 2) }
        return LeastSquaresLine(x, y, weights: weights).squares(x, y, weights: weights)
    }

    /// The 95 % quantile of Student's t: exact to three digits for small degrees of freedom, where it matters; beyond
    /// them by the expansion of Fisher and Cornish.
    private static func studentQuantile95(_ freedom: Int) -> Double {
        let exact = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812]
        if freedom <= exact.count { return exact[freedom - 1] }
        let z = 1.644854
        return z + (z * z * z + z) / (4 * Double(freedom))
    }
}
