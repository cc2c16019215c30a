// Reads a store and writes its site. Every run is read once, and little of it is kept after its page is written, so that
// many runs fit into memory.

import Comparison
import Foundation
import Reporting
import RunStore
import ScalebenchCore
import ScalingLaws

/// Makes the site of a store.
struct SiteMaker: Sendable {
    private let store: RunStore
    private let nights: Int

    /// The end of a log that is read for its last lines.
    private static let logBytes = 32_768
    private static let logLines = 60

    init(_ store: RunStore, nights: Int) {
        self.store = store
        self.nights = nights
    }

    /// Writes every file and removes what an earlier site had beyond them.
    func write(to folder: SiteFolder) throws -> SiteFolder.Written {
        let history = store.history()
        StoreOptions.warn(history.errors + store.imports().errors)
        let reports = (try? FileManager.default.contentsOfDirectory(atPath: "\(store.root)/reports")) ?? []
        let source = try BoardSource(store: store.root, suite: nil)
        var content = SiteContent(
            boards: source.records.boards.map { SiteContent.Board(records: $0, leaderboard: nil, obstacle: nil) },
            history: history.records, nights: nights, reports: Set(reports))
        let (runs, records) = try writeRuns(SiteIndex(content), folder)
        content.boards = ranked(content.boards, source, records)
        let index = SiteIndex(content)
        let pieces = Site(index, runs: runs).pieces
        try results(pieces.count) { piece in
            for file in try pieces[piece]() { try folder.write(file.data, to: file.path) }
        }
        let copies = index.reports
        try results(copies.count) { copy in
            let report = try InputFile.read("\(store.root)/reports/\(copies[copy])")
            try folder.write(report, to: SiteIndex.reportPath(copies[copy]))
        }
        return try folder.finish()
    }

    /// The boards with their rankings. One that cannot be ranked says why on the page.
    private func ranked(
        _ boards: [SiteContent.Board], _ source: BoardSource, _ records: [RunID: RunRecord]
    ) -> [SiteContent.Board] {
        inParallel(boards.count) { place in
            var board = boards[place]
            do {
                board.leaderboard = try source.leaderboard(board.records, finished: records)
            } catch {
                board.obstacle = (error as? ScalebenchError)?.message ?? "\(error)"
            }
            return board
        }
    }

    // MARK: - Runs

    /// Writes the pages of runs and returns what is known of every run, and what boards need of those that are finished.
    private func writeRuns(
        _ index: SiteIndex, _ folder: SiteFolder
    ) throws -> (runs: [RunID: RunSummary], records: [RunID: RunRecord]) {
        let catalog = RunCatalog(store), ids = try store.list(), imported = catalog.imported
        let runs = try results(ids.count + imported.count) { place in
            let run = place < ids.count ? catalog.trained(ids[place]) : imported[place - ids.count]
            if index.hasPage(run.summary) {
                let log = place < ids.count ? Self.log(store.folder(of: ids[place])) : []
                for file in RunPage(SiteRun(run, log: log), index).files { try folder.write(file.data, to: file.path) }
            }
            return (summary: run.summary, record: Self.forBoards(run))
        }
        let records = runs.compactMap { run in run.record.map { (run.summary.id, $0) } }
        return (
            Dictionary(runs.map { ($0.summary.id, $0.summary) }) { first, _ in first },
            Dictionary(records) { first, _ in first }
        )
    }

    /// What boards need of a run, which is kept where it is finished.
    private static func forBoards(_ run: CatalogRun) -> RunRecord? {
        guard case .trained(_, let record?) = run.content, record.isFinished else { return nil }
        return record.forBoards
    }

    /// The last lines of what the run's program printed, or else its job.
    private static func log(_ folder: RunFolder) -> [String] {
        for path in [folder.trainerLog, folder.jobLog] {
            guard let handle = InputFile.openIfPresent(path) else { continue }
            defer { try? handle.close() }
            guard let length = try? handle.seekToEnd(), length > 0 else { continue }
            let start = length > UInt64(logBytes) ? length - UInt64(logBytes) : 0
            guard (try? handle.seek(toOffset: start)) != nil, let data = try? handle.readToEnd() else { continue }
            let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            // A line whose beginning was not read is left out.
            return lines.dropFirst(start > 0 ? 1 : 0).suffix(logLines).map(String.init)
        }
        return []
    }

    /// The values of `work` in order, computed in parallel.
    /// - Throws: the first error.
    @discardableResult private func results<Value: Sendable>(
        _ count: Int, _ work: @Sendable (Int) throws -> Value
    ) throws -> [Value] {
        try inParallel(count) { place in Result { try work(place) } }.map { try $0.get() }
    }
}
