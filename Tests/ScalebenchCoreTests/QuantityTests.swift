// Numbers as people read them: prefixes instead of exponents, minus signs instead of hyphens.

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
}
