// The outcome of a comparison.

package import Comparison
package import ScalebenchCore

/// A result with the runs that it rests on.
package struct ComparisonOutcome: Sendable {
    package let result: CompareResult
    /// The plan, with the runs that a budget added.
    package let plan: ComparisonPlan
    /// The records of the plan's runs.
    package let records: [RunID: RunRecord]
    /// The path of the report in the store; nil where that cannot be written.
    package let report: String?
    /// The error to report when runs failed, so that the verdict rests on the others; nil where none failed.
    package let failure: ScalebenchError?
}
