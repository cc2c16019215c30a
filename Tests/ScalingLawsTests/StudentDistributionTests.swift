import Foundation
import ScalingLaws
import Testing

@Suite struct StudentDistributionTests {
    /// Closed forms: one degree of freedom is Cauchy's distribution, and two have t/√(2 + t²).
    @Test(arguments: [-30, -2.5, -0.3, 0, 0.01, 1, 4, 200]) func oneAndTwoDegreesAreExact(t: Double) {
        #expect(abs(StudentDistribution(degrees: 1).cumulative(t) - (0.5 + atan(t) / .pi)) < 1e-12)
        #expect(abs(StudentDistribution(degrees: 2).cumulative(t) - (1 + t / (2 + t * t).squareRoot()) / 2) < 1e-12)
    }

    @Test func manyDegreesAreANormalDistribution() {
        for t in [-3.0, -1, 0.5, 2] {
            let normal = erfc(-t / 2.0.squareRoot()) / 2
            #expect(abs(StudentDistribution(degrees: 1e7).cumulative(t) - normal) < 1e-7)
        }
    }

    /// Tabulated quantiles: 97.5 % at 4 and at 10 degrees of freedom.
    @Test func tabulatedQuantilesHold() {
        #expect(abs(StudentDistribution(degrees: 4).cumulative(2.776445105) - 0.975) < 1e-9)
        #expect(abs(StudentDistribution(degrees: 10).cumulative(2.228138852) - 0.975) < 1e-9)
    }
}
