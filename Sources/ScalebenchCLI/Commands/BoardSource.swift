// What leaderboards are made of: the candidates and runs of a store, and baselines.

import Comparison
import Foundation
import RunStore
import ScalebenchCore
import ScalingLaws
import Synchronization

/// The boards of a store with the baselines that belong on them. Of a suite that is asked for, all baselines are shown,
/// so that a store is not needed then.
final class BoardSource: Sendable {
    /// Every record of the boards that are shown.
    let records: [CandidateRecord]
    private let store: RunStore?
    private let baselines: BaselineStore
    private let warned = Mutex(false)

    /// Whether a warning was printed: something could not be read.
    var hasWarned: Bool { warned.withLock { $0 } }

    /// - Parameter suite: the name of the only suite that is wanted; nil for all.
    /// - Throws: `notFound` where there is neither a store nor a baseline of the suite.
    init(store root: String, suite: String?) throws {
        let (baselines, damaged) = BaselineStore.survey(suite: suite)
        let needsStore = suite == nil || baselines.entries.isEmpty
        let exists = FileManager.default.fileExists(atPath: "\(root)/store.json")
        var store = needsStore || exists ? try RunStore.existing(root: root) : nil
        store?.baselines = baselines
        let (own, errors) = store?.candidateRecords() ?? ([], [])
        let boards = Set(own.map(\.board))
        records =
            own + baselines.entries.map(\.baseline.record).filter { suite != nil || boards.contains($0.board) }
        self.store = store
        self.baselines = baselines
        warn(errors + damaged)
    }

    private func warn(_ errors: [ScalebenchError]) {
        guard !errors.isEmpty else { return }
        warned.withLock { $0 = true }
        StoreOptions.warn(errors)
    }

    /// Ranks the candidates of one board.
    /// - Parameter finished: records of finished runs of the store, which are not read again.
    /// - Throws: what `Leaderboard` throws.
    func leaderboard(
        _ board: [CandidateRecord], reference: String? = nil, finished: [RunID: RunRecord] = [:]
    ) throws -> Leaderboard {
        try Leaderboard(
            board, records: runRecords(of: board, finished), fromBaselines: fromBaselines(board), reference: reference)
    }

    /// The run records of every run that `entries` name.
    private func runRecords(
        of entries: [CandidateRecord], _ finished: [RunID: RunRecord]
    ) -> [RunID: RunRecord] {
        let (records, errors) = entries.runRecords { id in
            if let record = finished[id] { return record }
            return try (store == nil ? baselines.record(id) : store?.record(id))?.forBoards
        }
        warn(errors)
        return records
    }

    /// The runs of `entries` that are taken from baselines.
    private func fromBaselines(_ entries: [CandidateRecord]) -> Set<RunID> {
        entries.runs.filter { id in
            if let store { store.baseline(of: id) != nil } else { baselines.baseline(of: id) != nil }
        }
    }
}

extension RunStore {
    /// The run records of every run that `entries` name.
    func records(of entries: [CandidateRecord]) -> [RunID: RunRecord] {
        let (records, errors) = entries.runRecords(record)
        StoreOptions.warn(errors)
        return records
    }
}

extension [CandidateRecord] {
    /// The records board by board, by suite name and then the newest version first.
    var boards: [[CandidateRecord]] {
        Dictionary(grouping: self, by: \.board).map { ($0.key, $0.value) }.sorted {
            let left = $0.1[0].suite, right = $1.1[0].suite
            return (left.name, -left.version, $0.0) < (right.name, -right.version, $1.0)
        }.map(\.1)
    }

    fileprivate var runs: Set<RunID> { Set(flatMap(\.candidate.runIDs)) }

    /// The record of every run, as `record` finds it, and an error for each file that cannot be read. A run whose events
    /// cannot be read counts as one that has not begun.
    fileprivate func runRecords(
        _ record: @Sendable (RunID) throws -> RunRecord?
    ) -> (records: [RunID: RunRecord], errors: [ScalebenchError]) {
        let ids = [RunID](runs)
        let found = inParallel(ids.count) { place in Result { try record(ids[place]) } }
        var records: [RunID: RunRecord] = [:], errors: [String: ScalebenchError] = [:]
        for (id, result) in zip(ids, found) {
            switch result {
            case .success(let record): records[id] = record
            case .failure(let error):
                let error = error as? ScalebenchError ?? ScalebenchError(.inputOutput, "\(error)")
                errors[error.location ?? id.rawValue] = error
            }
        }
        return (records, errors.sorted { $0.key < $1.key }.map(\.value))
    }
}

extension RunRecord {
    /// The record without the training steps of a finished run, of which boards need none and runs have many.
    var forBoards: RunRecord {
        guard isFinished else { return self }
        var record = self
        record.steps = []
        return record
    }
}
