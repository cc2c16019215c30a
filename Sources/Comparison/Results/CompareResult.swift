// The result of a compare, as `--json` writes it. Every key is the name of a property below, unless the property's
// comment names another key. A number that does not exist is null, and a finding says why. The sign convention is the
// same everywhere: gap = loss of B − loss of A, so a positive gap means that A is better. The losses' unit is nats per
// token in trained comparisons, and whatever the table holds in `compare --runs`.

public import Foundation
public import ScalebenchCore

/// One comparison: the ladder as measured, a verdict per pair, and the findings.
public struct CompareResult: Codable, Sendable {
    /// The number of this document's layout.
    public var schemaVersion = 1
    /// The version of scalebench that wrote the document.
    public var scalebenchVersion: String
    /// The suite's question; null in `compare --runs`.
    @OrNull public var question: String?
    /// The suite and its data; null in `compare --runs`.
    @OrNull public var suite: SuiteReference?
    /// How the table of `compare --runs` was read; null in trained comparisons.
    @OrNull public var input: InputResult? = nil
    /// What scales count: `parameters`, `tokens` or `flops`.
    public var axis: ScaleAxis
    /// The target's scale, in units of the axis.
    public var targetScale: Double
    /// Training tokens of one run at the target; null where they are not known, or the axis is not FLOPs.
    @OrNull public var targetTokens: Double?
    /// The entropy of the data in nats per token, below which no loss can fall. It is null where it is not known; the
    /// model then integrates over possible floors.
    @OrNull public var knownFloor: Double?
    /// The candidates' names; the first is A of every pair.
    public var candidates: [String]
    /// The measured rungs, smallest first; the target is last, once it has been trained.
    public var ladder: [RungResult]
    /// Every other candidate against the first.
    public var pairs: [PairResult]
    /// The families of candidates that differ in numbers; null where there are none, or too few members.
    @OrNull public var families: [FamilyResult]? = nil
    /// The best of all candidates; null for two candidates, and where every candidate diverged.
    @OrNull public var best: BestResult? = nil
    /// How often a run goes through its training data, by the run that repeats most; null where no data is read, as in `compare --runs`.
    @OrNull public var dataCoverage: Coverage? = nil
    /// The losses above the entropy of the data; null where that is not known.
    @OrNull public var approximationGap: ApproximationGap? = nil
    /// How well every candidate scales, rung by rung; null where no run has a curve, and for sweeps.
    @OrNull public var diagnostics: [CandidateDiagnostics]? = nil

    /// The runs that were not trained because smaller ones had decided; null where there are none.
    @OrNull public var notNeeded: NotNeeded? = nil

    /// The runs at the target that ended before their time, because their curves had decided or a budget ended them; null
    /// where there are none.
    @OrNull public var stoppedEarly: StoppedEarly? = nil

    /// What `--budget` did; null without it.
    @OrNull public var furtherRuns: BudgetResult? = nil

    /// How often a run goes through the training data.
    public struct Coverage: Codable, Sendable, Equatable {
        /// The number of passes over the data; a pass that has begun counts in part.
        public var passes: Double
        /// The share of the run's sequences that it had read before, from 0 to 1.
        public var repeatedShare: Double

        public init(passes: Double, repeatedShare: Double) {
            self.passes = passes
            self.repeatedShare = repeatedShare
        }
    }
}

extension CompareResult {
    /// The document: keys sorted, nulls written, a newline at the end.
    public func json() throws -> Data { try JSONDocument.pretty(self) }
}
