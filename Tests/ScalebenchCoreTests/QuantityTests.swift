// Numbers as people read them: prefixes instead of exponents, minus signs instead of hyphens.

import Foundation
import ScalebenchCore
import Testing

struct QuantityTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999.6, "1 k"), (131_072, "131 k"), (-2500, "−2.5 k"), (999_999.9, "1 M"), (7e9, "7 G"),
        (1.024e15, "1.02 P"), (3.8e25, "38 Y"), (1e30, "1 Q"), (2.5e34, "2.5 × 10³⁴"), (0.0312, "0.0312"),
    ]) func shortNumbersHavePrefixes(value: Double, text: String) {
        #expect(Quantity.short(value) == text)
    }

    @Test func amountsOfComputeHavePrefixesToo() {
        #expect(Quantity.flops(120) == "120 FLOPs" && Quantity.flops(5.15e12) == "5.15 TFLOPs")
        #expect(Quantity.scale(4e21, .flops) == "4 ZFLOPs" && Quantity.scale(7e9, .parameters) == "7 G parameters")
    }

    @Test(arguments: [
        (-0.5, "−0.5"), (0.000534, "0.000534"), (5.338e-7, "5.34 × 10⁻⁷"), (-5.338e-7, "−5.34 × 10⁻⁷"), (1234, "1234"),
    ]) func fewDigitsAreWrittenOut(value: Double, text: String) {
        #expect(Quantity.significant(value) == text)
    }

    @Test func zeroHasNoDirection() {
        #expect(Quantity.fixed(-0.00001, decimals: 4) == "0.0000")
        #expect(Quantity.fixed(-0.00001, decimals: 4, isSigned: true) == "+0.0000")
        #expect(Quantity.fixed(-0.02, decimals: 1, isSigned: true) == "+0.0" && Quantity.fixed(-2, decimals: 0) == "−2")
    }

    /// Ties, numbers one bit beside them, and random ones of every size.
    @Test func decimalsAreThoseOfTheSystem() {
        var values = [
            0, 0.5, 1.5, 2.5, 0.125, 0.375, 2.675, 1.005, 999.95, 0.99999, 4503599627370495.5, 1e15, 1e300, .infinity,
        ]
        values += values.flatMap { [$0.nextUp, $0.nextDown] }.filter { $0 >= 0 }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let size = Double.random(in: -6...12, using: &generator)
            values.append(pow(10, size) * Double.random(in: 0..<1, using: &generator))
            values.append(Double(Int.random(in: 0..<1_000_000, using: &generator)) / 1024)
        }
        for value in values {
            for decimals in 0...11 {
                #expect(Quantity.fixed(value, decimals: decimals) == String(format: "%.\(decimals)f", value))
            }
        }
    }
}
