// A store as pages that need no server. Content in, pages out: reading the store and writing the files are done by the
// caller. Pages of runs are made by `RunPage`, everything else here.

import RunStore
package import ScalebenchCore

/// The pages of a site besides those of runs.
package struct Site: Sendable {
    private let index: SiteIndex
    private let runs: [RunID: RunSummary]

    /// - Parameter runs: every run of the store.
    package init(_ index: SiteIndex, runs: [RunID: RunSummary]) {
        self.index = index
        self.runs = runs
    }

    /// Everything that can be made independently of the rest, such as one page with its files.
    package var pieces: [@Sendable () throws -> [SiteFile]] {
        var pieces: [@Sendable () throws -> [SiteFile]] = [
            { SitePage.shared + [FrontPage(index: index, runs: runs).page.file] },
            { LooseRunsPage(index: index, runs: runs).files },
        ]
        for suite in index.suites {
            pieces.append { try SuitePage(index: index, suite: suite, runs: runs).files() }
            for candidate in suite.candidates {
                pieces.append { CandidatePage(index: index, suite: suite, candidate: candidate, runs: runs).files }
            }
        }
        for comparison in index.comparisons {
            pieces.append { ComparisonPage(index: index, comparison: comparison, runs: runs).files }
        }
        return pieces
    }
}
