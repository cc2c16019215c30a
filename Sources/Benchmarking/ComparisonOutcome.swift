// What a comparison ends with.

package import Comparison
package import ScalebenchCore

/// A result with the runs that it rests on.
package struct ComparisonOutcome: Sendable {
    package let result: CompareResult
    /// With the runs that a budget added.
    package let plan: ComparisonPlan
    package let records: [RunID: RunRecord]
    /// Where the report belongs in the store; nil where that cannot be written.
    package let report: String?
    /// Set when runs failed: the verdict rests on the others.
    package let failure: ScalebenchError?
}
