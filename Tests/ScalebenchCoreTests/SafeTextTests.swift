import ScalebenchCore
import Testing

struct SafeTextTests {
    @Test func hostileNamesStayOnTheirLine() {
        let text = SafeText.line("a\u{1B}[31m\nb\u{202E}c" + String(repeating: "x", count: 10_000))
        #expect(text.count == 60)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }
}
