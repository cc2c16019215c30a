// The text for a terminal, character by character.

import Reporting
import Testing

struct TextReportTests {
    @Test(arguments: Snapshots.results) func rendering(name: String) throws {
        try Snapshots.expect(TextReport.render(try Snapshots.result(name)), "\(name).txt")
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
