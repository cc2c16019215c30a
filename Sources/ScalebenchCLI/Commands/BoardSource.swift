// What leaderboards are made of: the candidates and runs of a store, and baselines.

import Foundation
import RunStore
import ScalebenchCore

/// The boards of a store with the baselines that belong on them. Of a suite that is asked for, all baselines are shown,
/// so that a store is not needed then.
struct BoardSource {
    /// Every record of the boards that are shown.
    let records: [CandidateRecord]
    private let store: RunStore?
    private let baselines: BaselineStore

    /// - Parameter suite: the name of the only suite that is wanted; nil for all.
    /// - Throws: `notFound` where there is neither a store nor a baseline of the suite.
    init(store root: String, suite: String?) throws {
        let (baselines, damaged) = BaselineStore.survey(suite: suite)
        let needsStore = suite == nil || baselines.entries.isEmpty
        let exists = FileManager.default.fileExists(atPath: "\(root)/store.json")
        var store = needsStore || exists ? try RunStore.existing(root: root) : nil
        store?.baselines = baselines
        let (own, errors) = store?.candidateRecords() ?? ([], [])
        StoreOptions.warn(errors + damaged)
        let boards = Set(own.map(\.board))
        records =
            own + baselines.entries.map(\.baseline.record).filter { suite != nil || boards.contains($0.board) }
        self.store = store
        self.baselines = baselines
    }

    /// The run records of every run that `entries` name.
    func runRecords(of entries: [CandidateRecord]) -> [RunID: RunRecord] {
        entries.runRecords { id in if let store { try store.record(id) } else { try baselines.record(id) } }
    }

    /// The runs of `entries` that are taken from baselines.
    func fromBaselines(_ entries: [CandidateRecord]) -> Set<RunID> {
        entries.runs.filter { id in
            if let store { store.baseline(of: id) != nil } else { baselines.baseline(of: id) != nil }
        }
    }
}

extension RunStore {
    /// The run records of every run that `entries` name.
    func records(of entries: [CandidateRecord]) -> [RunID: RunRecord] { entries.runRecords(record) }
}

extension [CandidateRecord] {
    fileprivate var runs: Set<RunID> { Set(flatMap(\.candidate.runIDs)) }

    /// The record of every run, as `record` finds it. A run whose events cannot be read counts as one that has not begun,
    /// and a warning names the file.
    fileprivate func runRecords(_ record: (RunID) throws -> RunRecord?) -> [RunID: RunRecord] {
        var records: [RunID: RunRecord] = [:], errors: [String: ScalebenchError] = [:]
        for id in runs {
            do {
                records[id] = try record(id)
            } catch {
                let error = error as? ScalebenchError ?? ScalebenchError(.inputOutput, "\(error)")
                errors[error.location ?? id.rawValue] = error
            }
        }
        StoreOptions.warn(errors.sorted { $0.key < $1.key }.map(\.value))
        return records
    }
}
