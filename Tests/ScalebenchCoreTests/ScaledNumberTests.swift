// Sizes as people write them.

import ScalebenchCore
import Testing

struct ScaledNumberTests {
    @Test(arguments: [
        ("10M", 1e7), ("1.5B", 1.5e9), ("7b", 7e9), ("3 k", 3e3), ("2T", 2e12), ("4.7m", 4.7e6), ("1e8", 1e8),
        ("124,439,808", 124_439_808), ("10_000", 1e4), (" 12 ", 12), ("1.5e2M", 1.5e8),
    ])
    func sizes(text: String, value: Double) { #expect(ScaledNumber.parse(text) == value) }

    @Test(arguments: ["", "M", "small", "1,5", "10MB", "inf", "nan", "0x10", "1e999", "1 2", "s0"])
    func otherTextsAreNone(text: String) { #expect(ScaledNumber.parse(text) == nil) }
}
