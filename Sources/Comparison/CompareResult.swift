// The result of a compare, as `--json` writes it. Every key is the name of a property below; a number that does not
// exist is null, and a finding says why. Sign convention everywhere: gap = loss of B − loss of A, positive means A is
// better. Losses are nats per token in trained comparisons, and whatever the table holds in `compare --runs`.

package import Foundation
package import ScalebenchCore
package import ScalingLaws

/// One comparison: the ladder as measured, a verdict per pair, and what was noticed on the way.
package struct CompareResult: Codable, Sendable {
    /// The layout of this document.
    package var schemaVersion = 1
    package var scalebenchVersion: String
    /// The suite's question; null in `compare --runs`.
    @OrNull package var question: String?
    @OrNull package var suite: SuiteReference?
    package var axis: ScaleAxis
    package var targetScale: Double
    /// Training tokens of one run at the target; null where they are not known, or the axis is not FLOPs.
    @OrNull package var targetTokens: Double?
    /// Entropy of the data per token, below which no loss can fall; null where it is not known, and then integrated over.
    @OrNull package var knownFloor: Double?
    /// The first is A of every pair.
    package var candidates: [String]
    /// Smallest first; the target last, once it has been trained.
    package var ladder: [RungResult]
    /// Every candidate against the first.
    package var pairs: [PairResult]
    /// How often the longest run went through the training data; null in `compare --runs`.
    @OrNull package var dataCoverage: Coverage? = nil
    /// The losses above the entropy of the data; null where that is not known.
    @OrNull package var approximationGap: ApproximationGap? = nil

    /// What `--stop-early` did; null where every run went to its end.
    @OrNull package var stoppedEarly: StoppedEarly? = nil

    /// What `--budget` did; null without it.
    @OrNull package var furtherRuns: BudgetResult? = nil

    package struct Coverage: Codable, Sendable, Equatable {
        /// One that has begun counted in part.
        package var passes: Double
        /// Share of the run's sequences that it had read before.
        package var repeatedShare: Double

        package init(passes: Double, repeatedShare: Double) {
            self.passes = passes
            self.repeatedShare = repeatedShare
        }
    }

    package struct SuiteReference: Codable, Sendable, Equatable {
        package var name: String
        package var version: Int
        package var dataset: String
        package var dataHash: String
        package var thresholds: VerdictThresholds

        package init(name: String, version: Int, dataset: String, dataHash: String, thresholds: VerdictThresholds) {
            self.name = name
            self.version = version
            self.dataset = dataset
            self.dataHash = dataHash
            self.thresholds = thresholds
        }
    }

    package init(
        scalebenchVersion: String, question: String?, suite: SuiteReference?, axis: ScaleAxis, targetScale: Double,
        targetTokens: Double? = nil, knownFloor: Double?, candidates: [String], ladder: [RungResult],
        pairs: [PairResult]
    ) {
        self.scalebenchVersion = scalebenchVersion
        self.question = question
        self.suite = suite
        self.axis = axis
        self.targetScale = targetScale
        self.targetTokens = targetTokens
        self.knownFloor = knownFloor
        self.candidates = candidates
        self.ladder = ladder
        self.pairs = pairs
    }
}

/// What was measured at one scale.
package struct RungResult: Codable, Sendable {
    package var label: String
    package var scale: Double
    /// Training tokens of one run; null where they are not known, or the axis is not FLOPs.
    @OrNull package var tokens: Double? = nil
    package var isTarget: Bool
    /// By candidate, in the document's order.
    package var candidates: [CandidateResult]

    package struct CandidateResult: Codable, Sendable {
        package var candidate: String
        /// Runs that finished, the diverged ones included.
        package var runs: Int
        package var diverged: Int
        /// Mean final loss over seeds; null when no run finished with a loss.
        @OrNull package var meanLoss: Double?
        /// The same with seed noise; null without replicates.
        @OrNull package var loss: Estimate?
        /// Final loss of every run that has one.
        package var losses: [Double]
        /// Standard deviation over seeds of one run's final loss, as the verdict takes it (pooled); null without
        /// replicates anywhere on the ladder.
        @OrNull package var seedDeviation: Double?
    }
}

/// The word for the whole comparison of two candidates.
package enum Verdict: String, Codable, Sendable, CaseIterable {
    case aBetter, bBetter
    /// The gap is smaller than the smallest that matters, and known to be.
    case equivalent
    /// The sign at the target may well differ from the sign at the top rung.
    case crossoverRisk
    case unresolved
}

/// B against A at the target.
package struct PairResult: Codable, Sendable {
    package var a: String
    package var b: String
    package var verdict: Verdict
    /// For one run of each at the target.
    @OrNull package var probabilityABetter: Double?
    /// Loss of B − loss of A for one run of each.
    @OrNull package var gap: Estimate?
    /// Loss of B − loss of A, expected over seeds.
    @OrNull package var expectedGap: Estimate?
    /// The factor by which B's compute must grow to reach A's loss; null on an axis of parameters alone.
    @OrNull package var computeMultiplier: Estimate?
    @OrNull package var crossover: CrossoverResult?
    @OrNull package var expectedRegret: Regret?
    /// Expected gap at every rung both candidates were trained at, the target included; what a picture draws.
    package var rungGaps: [RungGap]
    /// What the ladder alone said, before any run at the target.
    package var predicted: Prediction
    /// What the runs at the target said; null until both candidates were trained there.
    @OrNull package var observed: Observation?
    /// What the start of these runs says of their end; null before they have begun, and once both have ended. Verdict,
    /// probability and gap above rest on the ladder and on this.
    @OrNull package var earlyForecast: EarlyForecast? = nil
    /// Every rung predicted from those below it; empty with fewer than three rungs.
    package var methodOnThisLadder: [RungCheck]
    package var findings: [Finding]
    /// The expected probability of the likelier winner if the expected gap at the target were known exactly: what seed
    /// noise there leaves to any further runs below it. Null where divergence decides, and for identical candidates.
    @OrNull package var probabilityWithKnownGap: Double? = nil
    /// The runs that buy most certainty per FLOP, best first; empty when the verdict is decided, or when none would help
    /// (a finding says so).
    package var nextRuns: [NextRun]

    package struct RungGap: Codable, Sendable {
        package var label: String
        package var scale: Double
        /// Difference of the mean losses; null where an arm has no finite loss.
        @OrNull package var meanGap: Double?
        /// The same with seed noise; null without replicates.
        @OrNull package var gap: Estimate?
        /// Correlation of the losses of equal seeds, as the verdict takes it: what these seeds and a study of thirty say
        /// together. Null with fewer than two equal seeds, for runs trained elsewhere, and at the target.
        @OrNull package var seedCorrelation: Double?
    }

    package struct Regret: Codable, Sendable {
        /// Expected loss given away by choosing A, and by choosing B.
        package var a: Double
        package var b: Double
    }

    package struct Prediction: Codable, Sendable {
        package var verdict: Verdict
        @OrNull package var probabilityABetter: Double?
        @OrNull package var lossA: Estimate?
        @OrNull package var lossB: Estimate?
        @OrNull package var gap: Estimate?
        /// That the sign of the expected gap at the target is not that of the top rung.
        @OrNull package var probabilitySignChanges: Double?
        /// The trend along the whole axis; null where there is none.
        @OrNull package var trend: TrendCurves?
    }

    package struct Observation: Codable, Sendable {
        /// Mean over the runs at the target; null when all of them diverged.
        @OrNull package var lossA: Double?
        @OrNull package var lossB: Double?
        @OrNull package var gap: Double?
        /// Of the gap, from the finite validation set: both candidates on the same sequences. Not seed noise.
        @OrNull package var evaluationStandardError: Double?
        /// Share of the predictive distribution of the gap that lay below what happened; 0.05 and 0.95 stand for
        /// everything outside its 90 % interval. Null without a prediction.
        @OrNull package var predictedQuantile: Double?
    }
}

/// Where the two curves cross.
package struct CrossoverResult: Codable, Sendable {
    package var statement: Statement
    /// Of at least one change of sign between the smallest rung (the smallest that is trained about as long for its FLOPs
    /// as the target) and the target.
    package var probabilityBelowTarget: Double
    /// Scale of the last crossing; null unless it can be placed.
    @OrNull package var scale: Estimate?
    /// The largest scale of the search, beyond the target.
    package var searchedUpTo: Double
    /// Up to here a crossing has less than 5 % probability; null if there is no such scale.
    @OrNull package var noneUpTo: Double?

    package enum Statement: String, Codable, Sendable { case noneUpTo, between, cannotBePlaced }

    /// Searched up to this multiple of the target.
    private static let reach = 8.0

    /// - Parameter signChanges: the forecast's probability that the order at the target is not that of the top rung. It
    ///   counts single rungs that leave the trend, which the search along the smooth trend does not see; a crossing
    ///   is at least as probable, and beyond the top rung then nothing is clear of one.
    init(_ posterior: GapPosterior, _ pair: PairLadder, signChanges: Double) {
        let smallest = pair.smallestScaleLikeTarget
        let far = posterior.crossing(from: smallest, to: pair.targetScale * Self.reach)
        let below = posterior.crossing(from: smallest, to: pair.targetScale)
        let statement: Statement =
            switch far.kind {
            case .none: signChanges < 0.05 ? .noneUpTo : .cannotBePlaced
            case .between: .between
            case .cannotBePlaced: .cannotBePlaced
            }
        self.init(
            statement: statement, probabilityBelowTarget: max(below.probability, signChanges),
            scale: far.kind == .between ? far.place : nil, searchedUpTo: pair.targetScale * Self.reach,
            noneUpTo: far.noneUpTo.map { min($0, signChanges < 0.05 ? $0 : pair.rungs.last?.rung.scale ?? $0) })
    }

    private init(
        statement: Statement, probabilityBelowTarget: Double, scale: Estimate?, searchedUpTo: Double, noneUpTo: Double?
    ) {
        self.statement = statement
        self.probabilityBelowTarget = probabilityBelowTarget
        self.scale = scale
        self.searchedUpTo = searchedUpTo
        self.noneUpTo = noneUpTo
    }
}

extension RungResult {
    init(_ rung: LadderRung, _ names: [String], _ noise: LadderNoise, isTarget: Bool) {
        let candidates = rung.points.enumerated().map { index, points in
            let losses = points.compactMap(\.loss)
            let mean = points.meanLoss
            let sigma = noise.sigma(candidate: index, scale: rung.scale)
            let estimate = mean.flatMap { mean in
                sigma.map { Estimate(normalMean: mean, deviation: $0 / Double(losses.count).squareRoot()) }
            }
            return CandidateResult(
                candidate: names[index], runs: points.count, diverged: points.filter(\.diverged).count,
                meanLoss: mean, loss: estimate, losses: losses, seedDeviation: sigma)
        }
        self.init(
            label: rung.label, scale: rung.scale, tokens: rung.tokens, isTarget: isTarget, candidates: candidates)
    }
}

extension CompareResult {
    /// Whether runs of nearly equal FLOPs differ in their tokens: trends are then those of runs trained about as long for
    /// their FLOPs as the target.
    package var tokensVary: Bool {
        let trained = ladder.filter { !$0.isTarget }.compactMap { rung in rung.tokens.map { (rung.scale, $0) } }
        return !trained.isEmpty && TokenLine(scales: trained.map(\.0), tokens: trained.map(\.1)).isBent
    }

    /// The document, keys sorted, nulls written, a newline at the end.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
