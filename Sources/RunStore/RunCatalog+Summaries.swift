// The summaries of all runs. Finished runs do not change, so what was read of them once is taken from the index.

import Foundation
package import ScalebenchCore
import ScalingLaws

extension RunCatalog {
    /// The summaries of the runs that pass all the given filters, newest first: those of `runs`, read faster.
    package func summaries(
        suite: String? = nil, candidate: String? = nil, isWanted: (RunSummary.Status) -> Bool = { _ in true }
    ) throws -> [RunSummary] {
        let names = try store.runNames(), index = RunIndex(store)
        let known = index?.rows() ?? [:]
        var all: [RunSummary] = [], unknown: [(id: RunID, stamp: FileStamp?)] = []
        for name in names {
            let id = RunID(rawValue: name)
            guard isMember(id, suite: suite, candidate: candidate) else { continue }
            let stamp = FileStamp("\(store.root)/runs/\(name)/events.jsonl")
            if let row = known[name], row.stamp == stamp {
                all.append(summary(id, row))
            } else {
                unknown.append((id, stamp))
            }
        }
        for start in stride(from: 0, to: unknown.count, by: Self.runsReadAtOnce) {
            let some = unknown[start..<min(start + Self.runsReadAtOnce, unknown.count)]
            all += read(Array(some), keepingIn: index)
        }
        let present = Set(names)
        index?.update([:], removing: known.keys.filter { !present.contains($0) })
        if suite == nil {
            all += imported.map(\.summary).filter { candidate == nil || $0.candidates == [candidate!] }
        }
        return all.filter { isWanted($0.status) }.sorted {
            ($0.date ?? "", $0.id.rawValue) > ($1.date ?? "", $1.id.rawValue)
        }
    }

    /// So many are kept in the index together: a list that is interrupted goes on from there.
    private static let runsReadAtOnce = 10_000

    /// Reads the files of runs, on all cores.
    private func read(_ runs: [(id: RunID, stamp: FileStamp?)], keepingIn index: RunIndex?) -> [RunSummary] {
        let found = inParallel(runs.count) {
            store.isPrepared(runs[$0].id.rawValue) ? trained(runs[$0].id).summary : nil
        }
        var new: [String: RunIndex.Row] = [:]
        for (run, summary) in zip(runs, found) {
            guard let summary, let stamp = run.stamp, !stamp.isFresh else { continue }
            new[run.id.rawValue] = RunIndex.Row(summary, stamp)
        }
        index?.update(new, removing: [])
        return found.compactMap { $0 }
    }

    private func summary(_ id: RunID, _ row: RunIndex.Row) -> RunSummary {
        let here = uses[id] ?? []
        return RunSummary(
            id: id, status: row.status, candidates: here.map(\.candidate).unique,
            suites: here.map(\.suiteVersion).unique, place: here.first?.place, seed: row.seed,
            parameters: row.parameters, tokens: row.tokens, flops: row.flops, seconds: row.seconds, loss: row.loss,
            unit: .natsPerToken, date: row.date)
    }
}

extension RunIndex.Row {
    /// Nil for a run that may go on, or that cannot be read.
    fileprivate init?(_ run: RunSummary, _ stamp: FileStamp) {
        guard run.status == .completed || run.status == .diverged else { return nil }
        self.init(
            stamp: stamp, status: run.status, seed: run.seed, parameters: run.parameters, tokens: run.tokens,
            flops: run.flops, seconds: run.seconds, loss: run.loss, date: run.date)
    }
}
