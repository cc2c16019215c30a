// What a terminal shows, character by character.

import Reporting
import Testing

struct TextReportTests {
    @Test(arguments: Snapshots.results) func rendering(name: String) throws {
        try Snapshots.expect(TextReport.render(try Snapshots.result(name)), "\(name).txt")
    }

    @Test func hostileNamesStayOnTheirLine() {
        let text = SafeText.line("a\u{1B}[31m\nb\u{202E}c" + String(repeating: "x", count: 10_000))
        #expect(text.count == 60)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }

    @Test(arguments: [
        (0.5, "50 %"), (1, "> 99.9 %"), (0.9995, "> 99.9 %"), (0.0004, "< 0.1 %"), (0.994, "99.4 %"), (0, "< 0.1 %"),
    ])
    func probabilitiesClaimNoMoreThanTheyKnow(value: Double, text: String) {
        #expect(Phrase.percent(value) == text)
    }

    @Test func smallGapsShowNoDirection() {
        #expect(Phrase.gap(-0.00001) == "+0.0000")
        #expect(Phrase.gap(-0.1) == "-0.1000")
    }
}
