// The report that every trained comparison leaves in its store.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

package enum StoredReport {
    /// `<store>/reports/<suite>-<content>.html`; the same question about the same runs has the same file. Nil in a
    /// store that may only be read.
    static func file(_ plan: ComparisonPlan, store: String, includesTarget: Bool) throws -> String? {
        guard access(store, W_OK | X_OK) == 0 else { return nil }
        try AtomicFile.makeFolder("\(store)/reports")
        let question =
            plan.candidates.map(\.name) + plan.runs.map(\.id.rawValue) + [includesTarget ? "target" : "ladder"]
        let hash = ContentHash.sha256(JSONValue.array(question.map { .string($0) })).prefix(8)
        return "\(store)/reports/\(RunStore.slug(plan.suite.name))-\(hash).html"
    }

    /// SHA-256 of this program's own file: what code made the numbers.
    package static func executableHash() -> String? {
        Bundle.main.executableURL.flatMap { try? Data(contentsOf: $0, options: .alwaysMapped) }
            .map { ContentHash.sha256($0) }
    }
}
