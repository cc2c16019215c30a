// The result of a compare, as `--json` writes it. Every key is the name of a property below; a number that does not
// exist is null, and a finding says why. Sign convention everywhere: gap = loss of B − loss of A, positive means A is
// better. Losses are nats per token in trained comparisons, and whatever the table holds in `compare --runs`.

public import Foundation
public import ScalebenchCore

/// One comparison: the ladder as measured, a verdict per pair, and what was noticed on the way.
public struct CompareResult: Codable, Sendable {
    /// The layout of this document.
    public var schemaVersion = 1
    public var scalebenchVersion: String
    /// The suite's question; null in `compare --runs`.
    @OrNull public var question: String?
    @OrNull public var suite: SuiteReference?
    public var axis: ScaleAxis
    public var targetScale: Double
    /// Training tokens of one run at the target; null where they are not known, or the axis is not FLOPs.
    @OrNull public var targetTokens: Double?
    /// Entropy of the data per token, below which no loss can fall; null where it is not known, and then integrated over.
    @OrNull public var knownFloor: Double?
    /// The first is A of every pair.
    public var candidates: [String]
    /// Smallest first; the target last, once it has been trained.
    public var ladder: [RungResult]
    /// Every candidate against the first.
    public var pairs: [PairResult]
    /// How often the longest run went through the training data; null in `compare --runs`.
    @OrNull public var dataCoverage: Coverage? = nil
    /// The losses above the entropy of the data; null where that is not known.
    @OrNull public var approximationGap: ApproximationGap? = nil

    /// What `--stop-early` did; null where every run went to its end.
    @OrNull public var stoppedEarly: StoppedEarly? = nil

    /// What `--budget` did; null without it.
    @OrNull public var furtherRuns: BudgetResult? = nil

    public struct Coverage: Codable, Sendable, Equatable {
        /// One that has begun counted in part.
        public var passes: Double
        /// Share of the run's sequences that it had read before.
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
