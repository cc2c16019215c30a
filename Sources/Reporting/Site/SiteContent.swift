// What a site is made of: the boards and the history of a store. Runs come later and one by one, since a store may hold
// more of them than fit into memory.

package import Comparison
package import Foundation
package import RunStore
package import ScalebenchCore

/// Everything about a store but its runs.
package struct SiteContent: Sendable {
    package var boards: [Board]
    /// Every comparison, in the order of time.
    package var history: [HistoryRecord]
    /// The number of days, up to the newest one, whose runs have pages.
    package var nights: Int
    /// The reports in the store that may be copied, by file name.
    package var reports: Set<String>

    /// The candidates of one suite, version and data set, ranked.
    package struct Board: Sendable {
        /// `CandidateRecord.board`.
        package var id: String
        package var records: [CandidateRecord]
        /// Nil where they cannot be ranked.
        package var leaderboard: Leaderboard?
        /// Why they cannot be ranked; nil where they are.
        package var obstacle: String?

        package init(records: [CandidateRecord], leaderboard: Leaderboard?, obstacle: String?) {
            id = records[0].board
            self.records = records
            self.leaderboard = leaderboard
            self.obstacle = obstacle
        }
    }

    package init(boards: [Board], history: [HistoryRecord], nights: Int, reports: Set<String>) {
        self.boards = boards
        self.history = history
        self.nights = nights
        self.reports = reports
    }
}

/// One file of a site.
package struct SiteFile: Sendable {
    /// The path from the site's folder, with slashes.
    package var path: String
    package var data: Data

    init(_ path: String, _ data: Data) {
        self.path = path
        self.data = data
    }

    init(_ path: String, _ text: String) { self.init(path, Data(text.utf8)) }
}

/// What is known of a run besides its events.
package struct SiteRun: Sendable {
    package var run: CatalogRun
    /// The last lines that its program printed; empty where there are none.
    package var log: [String]

    package init(_ run: CatalogRun, log: [String]) {
        self.run = run
        self.log = log
    }
}
