// The summaries of all runs. Finished runs do not change, so what was read of them once is taken from the index.

import Foundation
package import ScalebenchCore

extension RunCatalog {
    /// The summaries of the runs that pass all the given filters, newest first: those of `runs`, read faster.
    package func summaries(
        suite: String? = nil, candidate: String? = nil, isWanted: (RunSummary.Status) -> Bool = { _ in true }
    ) throws -> [RunSummary] {
        let names = try store.runNames(), index = RunIndex(store)
        let known = index?.rows() ?? [:]
        var all: [RunSummary] = [], new: [String: RunIndex.Row] = [:]
        for name in names {
            let id = RunID(rawValue: name), stamp = FileStamp("\(store.root)/runs/\(name)/events.jsonl")
            let isMember = isMember(id, suite: suite, candidate: candidate)
            if let row = known[name], row.stamp == stamp {
                if isMember { all.append(summary(id, row)) }
                continue
            }
            guard isMember, store.isPrepared(name) else { continue }
            let run = trained(id).summary
            all.append(run)
            if let stamp, !stamp.isFresh, let row = RunIndex.Row(run, stamp) { new[name] = row }
        }
        let present = Set(names)
        index?.update(new, removing: known.keys.filter { !present.contains($0) })
        if suite == nil {
            all += imported.map(\.summary).filter { candidate == nil || $0.candidates == [candidate!] }
        }
        return all.filter { isWanted($0.status) }.sorted {
            ($0.date ?? "", $0.id.rawValue) > ($1.date ?? "", $1.id.rawValue)
        }
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
