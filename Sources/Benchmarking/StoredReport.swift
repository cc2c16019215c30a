// The report that every trained comparison leaves in its store.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

/// The report in a store.
package enum StoredReport {
    /// The path of the report: `<store>/reports/<suite>-<content>.html`, which is the same file for the same question
    /// about the same runs. It is nil in a store that cannot be written.
    static func file(_ plan: ComparisonPlan, store: String, includesTarget: Bool) throws -> String? {
        guard access(store, W_OK | X_OK) == 0 else { return nil }
        try AtomicFile.makeFolder("\(store)/reports")
        AtomicFile.removeAbandoned(in: "\(store)/reports")
        let question =
            plan.candidates.map(\.name) + plan.runs.map(\.id.rawValue) + [includesTarget ? "target" : "ladder"]
        let hash = ContentHash.sha256(JSONValue.array(question.map { .string($0) })).prefix(8)
        return "\(store)/reports/\(RunStore.slug(plan.suite.name))-\(hash).html"
    }

    /// The SHA-256 of this program's own file, which tells the code that made the numbers; nil where it cannot be read.
    package static func executableHash() -> String? {
        Bundle.main.executableURL.flatMap { try? Data(contentsOf: $0, options: .alwaysMapped) }
            .map { ContentHash.sha256($0) }
    }
}
