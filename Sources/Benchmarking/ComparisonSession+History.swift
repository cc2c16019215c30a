// Every trained comparison adds a record to the history of its store.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

extension ComparisonOutcome {
    /// The record of this comparison for the history.
    /// - Parameter folder: the folder whose repository is named.
    func historyRecord(store: String, folder: String = FileManager.default.currentDirectoryPath) throws -> HistoryRecord
    {
        let entrants =
            (plan.candidateRecords(writtenAt: "") + plan.tunedRecords(records, writtenAt: "", knownFloor: nil))
            .sorted { $0.position < $1.position }
        let finished = plan.runs.filter { records[$0.id]?.isFinished == true }
        var record = try HistoryRecord(
            result, suite: plan.suiteReference, board: entrants[0].board,
            candidates: entrants.map { .init(name: $0.candidate.name, recipe: $0.candidate.recipe) },
            runs: finished.count, flops: plan.ownFlops(of: finished), time: ComparisonSession.now,
            facts: RepositoryState(folder: folder, store: store).facts)
        record.report = report.map { URL(fileURLWithPath: $0).lastPathComponent }
        return record
    }
}
