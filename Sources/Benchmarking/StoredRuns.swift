// The runs that are there before anything is trained: those of the store and those of the baselines.

import Foundation
package import RunStore
package import ScalebenchCore

/// Looks runs up without writing anything; the store need not exist.
package struct StoredRuns: Sendable {
    private let store: RunStore?
    private let baselines: BaselineStore?

    /// - Parameter baselines: nil where they are not used.
    /// - Throws: what opening the store throws.
    package init(_ root: String, _ baselines: BaselineStore?) throws {
        let exists = FileManager.default.fileExists(atPath: "\(root)/store.json")
        var store = exists ? try RunStore(root: root) : nil
        store?.baselines = baselines
        self.store = store
        self.baselines = baselines
    }

    /// The record of a run; nil where neither has it.
    /// - Throws: `damagedData` for a run that cannot be read.
    package func record(_ id: RunID) throws -> RunRecord? {
        if let store { try store.record(id) } else { try baselines?.record(id) }
    }

    /// The step of the checkpoint that a shorter run has left for a longer one; nil where there is none.
    package func branchStep(from shorter: RunID, to longer: RunID) -> Int? {
        store?.branchStep(from: shorter, to: longer)
    }

    /// Every record of a candidate that can be read.
    package var candidateRecords: [CandidateRecord] {
        (store?.candidateRecords().records ?? []) + (baselines?.entries.map(\.baseline.record) ?? [])
    }
}
