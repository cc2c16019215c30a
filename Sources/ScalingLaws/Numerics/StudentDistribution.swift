// The distribution function of Student's t.

/// Student's t distribution with centre 0 and scale 1.
package struct StudentDistribution: Sendable {
    /// The degrees of freedom, above 0.
    package let degrees: Double

    package init(degrees: Double) { self.degrees = degrees }

    /// P(T ≤ t), to about 1e-12.
    package func cumulative(_ t: Double) -> Double {
        guard t.isFinite else { return t > 0 ? 1 : 0 }
        let tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }
}
