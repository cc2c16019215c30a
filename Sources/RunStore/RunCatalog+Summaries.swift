// The summaries of all runs. Finished runs do not change, so what was read of them once is taken from the index.

import Foundation
package import ScalebenchCore
import ScalingLaws

/// Runs, the newest first.
package struct RunList: Sendable {
    /// At most as many as were asked for.
    package var runs: [RunSummary]
    /// How many there are.
    package var count: Int
}

extension RunCatalog {
    /// The summaries of the runs that pass all the given filters, newest first: those of `runs`, read faster.
    /// - Parameter limit: so many are wanted; nil for all.
    package func summaries(
        suite: String? = nil, candidate: String? = nil, limit: Int? = nil,
        isWanted: (RunSummary.Status) -> Bool = { _ in true }
    ) throws -> RunList {
        let all = try store.runNames(), index = RunIndex(store), known = KnownRuns(index)
        index?.update([], removing: known.absent(from: all))
        let isFiltered = suite != nil || candidate != nil
        let names = isFiltered ? all.filter { isMember(RunID(rawValue: $0), suite: suite, candidate: candidate) } : all
        var rows: [RunIndex.Row] = [], unknown: [(name: String, stamp: FileStamp?)] = []
        for ((name, row), stamp) in zip(zip(names, known.rows(of: names)), store.eventStamps(names)) {
            if let row, row.stamp == stamp { rows.append(row) } else { unknown.append((name, stamp)) }
        }
        var read: [RunSummary] = []
        for start in stride(from: 0, to: unknown.count, by: Self.runsReadAtOnce) {
            read += self.read(Array(unknown[start...].prefix(Self.runsReadAtOnce)), keepingIn: index)
        }
        if suite == nil {
            read += imported.map(\.summary).filter { candidate == nil || $0.candidates == [candidate!] }
        }
        return list(rows.filter { isWanted($0.status) }, read.filter { isWanted($0.status) }, limit: limit)
    }

    /// So many are kept in the index together: a list that is interrupted goes on from there.
    private static let runsReadAtOnce = 10_000

    /// Reads the files of runs, on all cores.
    private func read(_ runs: [(name: String, stamp: FileStamp?)], keepingIn index: RunIndex?) -> [RunSummary] {
        let now = FileStamp.now
        let found = inParallel(runs.count) {
            store.isPrepared(runs[$0].name) ? trained(RunID(rawValue: runs[$0].name)).summary : nil
        }
        let new = zip(runs, found).compactMap { run, summary -> RunIndex.Row? in
            guard let summary, let stamp = run.stamp, !stamp.isFresh(now: now) else { return nil }
            return RunIndex.Row(summary, stamp)
        }
        index?.update(new, removing: [])
        return found.compactMap(\.self)
    }

    /// Joins what the index says with what was read. Texts are made only for those that are wanted.
    private func list(_ rows: [RunIndex.Row], _ read: [RunSummary], limit: Int?) -> RunList {
        var order = rows.enumerated().map { ListPosition(date: $1.date, key: $1.key, place: $0) }
        order += read.enumerated().map {
            ListPosition(date: $1.date, key: RunKey($1.id.rawValue), place: rows.count + $0)
        }
        let name = { (place: Int) in place < rows.count ? rows[place].key.id : read[place - rows.count].id }
        order.sort { left, right in
            left.isSame(as: right) ? name(left.place).rawValue > name(right.place).rawValue : right < left
        }
        let runs = order.prefix(limit ?? order.count).map { position in
            position.place < rows.count ? summary(rows[position.place]) : read[position.place - rows.count]
        }
        return RunList(runs: runs, count: order.count)
    }

    private func summary(_ row: RunIndex.Row) -> RunSummary {
        let here = uses.uses(of: row.key)
        return RunSummary(
            id: row.key.id, status: row.status, candidates: here.map(\.candidate).unique,
            suites: here.map(\.suiteVersion).unique, place: here.first?.place, seed: row.seed,
            parameters: row.parameters, tokens: row.tokens, flops: row.flops, seconds: row.seconds, loss: row.loss,
            unit: .natsPerToken, date: row.date)
    }
}

extension RunIndex.Row {
    /// Nil for a run that may go on, or that cannot be read.
    fileprivate init?(_ run: RunSummary, _ stamp: FileStamp) {
        guard run.status == .completed || run.status == .diverged, let key = RunKey(run.id.rawValue) else { return nil }
        self.init(
            key: key, stamp: stamp, status: run.status, seed: run.seed, parameters: run.parameters, tokens: run.tokens,
            flops: run.flops, seconds: run.seconds, loss: run.loss, date: run.date)
    }
}
