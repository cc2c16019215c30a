// The distribution function of F, whose degrees of freedom need not be whole numbers.

/// The distribution of the ratio of two independent mean squares.
package struct FDistribution: Sendable {
    /// The degrees of freedom of the two mean squares, above 0.
    package let numerator: Double
    package let denominator: Double

    package init(numerator: Double, denominator: Double) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// P(F > f), to about 1e-12.
    package func upperTail(_ f: Double) -> Double {
        guard f > 0 else { return 1 }
        return incompleteBeta(denominator / (denominator + numerator * f), denominator / 2, numerator / 2)
    }
}
