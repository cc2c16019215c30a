// Which candidates and suites use a run.

import Foundation
import ScalebenchCore

/// One use of a run: a place on the ladder of a candidate.
struct RunUse: Sendable {
    var candidate: String
    /// The family of a member.
    var family: String?
    var suite: String
    /// The suite with its version, such as `lr-rule v1`.
    var suiteVersion: String
    /// The place on the ladder, such as `width 48`.
    var place: String
}

/// The uses of every run of a store.
struct RunUses: Sendable {
    let byRun: [RunID: [RunUse]]
    /// What is wrong with records that cannot be read.
    let errors: [ScalebenchError]

    /// - Parameter index: holds the uses of the last time, where nothing has changed since.
    init(_ store: RunStore, _ index: RunIndex?) {
        let stamp = Self.stamp(of: store)
        if let stamp, let known = index?.uses(stamp: stamp) {
            byRun = known
            errors = []
            return
        }
        let (records, errors) = store.candidateRecords()
        byRun = Self.uses(records)
        self.errors = errors
        // Errors are to be said every time.
        if let stamp, errors.isEmpty { index?.keep(byRun, stamp: stamp) }
    }

    /// What is the same as long as no record changes; nil while one may still change without a trace.
    static func stamp(of store: RunStore) -> String? {
        var text = ""
        for file in store.candidateRecordFiles() {
            guard let stamp = FileStamp(file), !stamp.isFresh else { return nil }
            text += "\(file.dropFirst(store.root.count))\n\(stamp.size) \(stamp.time)\n"
        }
        return ContentHash.sha256(Data(text.utf8))
    }

    private static func uses(_ records: [CandidateRecord]) -> [RunID: [RunUse]] {
        var uses: [RunID: [RunUse]] = [:]
        let boards = Dictionary(grouping: records, by: \.board).sorted { $0.key < $1.key }.map { $0.value }
        for board in boards.map({ $0.sorted { ($0.firstWritten, $0.position) < ($1.firstWritten, $1.position) } }) {
            let labels = board.labels
            for entry in board {
                let label = labels[entry.candidate.recipe]!
                let members = entry.candidate.family?.members.map { ($0.name, $0.places) }
                for (name, places) in members ?? [(label, entry.candidate.places)] {
                    for place in places {
                        let use = RunUse(
                            candidate: name, family: members.map { _ in label }, suite: entry.suite.name,
                            suiteVersion: "\(entry.suite.name) v\(entry.suite.version)", place: place.label)
                        for run in place.runs { uses[run.id, default: []].append(use) }
                    }
                }
            }
        }
        return uses
    }
}
