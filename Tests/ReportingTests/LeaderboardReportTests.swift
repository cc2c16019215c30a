// A leaderboard in every format. The fixture is what `leaderboard --format json` wrote for synthetic candidates: shared
// ranks, a prediction, a diverged candidate and a hostile name.

import Comparison
import Foundation
import Reporting
import ScalebenchCore
import Testing

struct LeaderboardReportTests {
    private func boards() throws -> [Leaderboard] {
        try Snapshots.read(LeaderboardDocument.self, "leaderboard.json").leaderboards
    }

    @Test func table() throws { try Snapshots.expect(LeaderboardReport.text(try boards()), "leaderboard.txt") }

    @Test func markdown() throws { try Snapshots.expect(LeaderboardReport.markdown(try boards()), "leaderboard.md") }

    @Test func csv() throws { try Snapshots.expect(LeaderboardReport.csv(try boards()), "leaderboard.csv") }

    @Test func everyCSVRowHasEveryColumn() throws {
        let text = try DelimitedText(Data(LeaderboardReport.csv(try boards()).utf8), file: "csv")
        #expect(text.rows.count == 7)
        // Names are read back unchanged: escapes belong to terminals and Markdown.
        let column = try #require(text.header.firstIndex(of: "candidate"))
        #expect(text.rows.contains { $0.cells[column].contains("<b>evil|name</b>\u{202E}\n") })
    }

    @Test func hostileNamesStayText() throws {
        for text in [LeaderboardReport.text(try boards()), LeaderboardReport.markdown(try boards())] {
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
        }
        #expect(!LeaderboardReport.markdown(try boards()).contains("<b>"))
    }
}
