// What a terminal shows, character by character. After a wanted change: SCALEBENCH_RECORD=1 swift test, then read the
// difference before committing it.

import Comparison
import Foundation
import Reporting
import Testing

struct TextReportTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots")

    private func expectSnapshot(_ text: String, _ name: String) throws {
        let file = Self.folder.appendingPathComponent("\(name).txt")
        if ProcessInfo.processInfo.environment["SCALEBENCH_RECORD"] == "1" { try Data(text.utf8).write(to: file) }
        #expect(text == (try String(contentsOf: file, encoding: .utf8)))
    }

    /// Results of planted comparisons (`compare … --json`), kept as they were written.
    @Test(arguments: ["before-the-target", "after-the-target", "diverged-arm"]) func rendering(name: String) throws {
        let fixture = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).json"))
        let result = try JSONDecoder().decode(CompareResult.self, from: fixture)
        try expectSnapshot(TextReport.render(result), name)
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
