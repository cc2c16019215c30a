// What a store remembers of every comparison: when it was made, from which code, and what it said.

package import Comparison
package import ScalebenchCore
package import ScalingLaws

/// One comparison of the past.
package struct HistoryRecord: Codable, Sendable, Equatable {
    /// The number of this document's layout.
    package var schemaVersion = 1
    /// When the comparison ended: UTC, ISO 8601.
    package var time: String
    /// The version of scalebench.
    package var program: String
    /// The name of the machine that the comparison ran on.
    package var machine: String
    /// The commit of the repository that it ran in; null outside of one.
    @OrNull package var commit: String?
    /// The start of a hash of what was changed since, `none` or `not hashed`; null outside of a repository.
    @OrNull package var uncommittedChanges: String?
    package var suite: SuiteReference
    /// `CandidateRecord.board`: records with the same one may be compared number by number.
    package var board: String
    /// The candidates; the first is the reference A of every pair.
    package var candidates: [Entrant]
    /// Every other candidate against the first.
    package var pairs: [Pair]
    /// The finished runs that the result rests on, and the FLOPs of their training.
    package var runs: Int
    package var flops: Double
    /// The start of the SHA-256 of the result: records with the same one say the same.
    package var result: String
    /// The report's file name in the store; null where none was written.
    @OrNull package var report: String?
    /// The night that the comparison was a part of; null for one that somebody asked for.
    @OrNull package var night: Night?

    /// A candidate of the comparison.
    package struct Entrant: Codable, Sendable, Equatable {
        package var name: String
        /// `CandidateRuns.recipe`: equal for the same recipe.
        package var recipe: String

        package init(name: String, recipe: String) {
            self.name = name
            self.recipe = recipe
        }
    }

    /// The verdict on a pair.
    package struct Pair: Codable, Sendable, Equatable {
        package var a: String
        package var b: String
        package var verdict: Verdict
        /// The probability that B has the smaller loss at the target; null without a forecast.
        @OrNull package var probabilityBBetter: Double?
        /// Loss of B − loss of A for one run of each at the target, in nats per token; null without a forecast.
        @OrNull package var gap: Estimate?

        package init(_ pair: PairResult) {
            a = pair.a
            b = pair.b
            verdict = pair.verdict
            probabilityBBetter = pair.probabilityABetter.map { 1 - $0 }
            gap = pair.gap
        }
    }

    /// - Parameters:
    ///   - board: `CandidateRecord.board` of the candidates.
    ///   - facts: `RepositoryState.facts` of the folder that the comparison ran in.
    package init(
        _ compared: CompareResult, suite: SuiteReference, board: String, candidates: [Entrant], runs: Int,
        flops: Double, time: String, facts: [String: String]
    ) throws {
        self.time = time
        program = ScalebenchVersion.current
        machine = MachineFacts.hostName
        commit = facts["commit"]
        uncommittedChanges = facts["uncommittedChanges"]
        self.suite = suite
        self.board = board
        self.candidates = candidates
        pairs = compared.pairs.map(Pair.init)
        self.runs = runs
        self.flops = flops
        result = String(ContentHash.sha256(try compared.json()).prefix(16))
    }
}

extension HistoryRecord {
    /// What a night has beside the comparison itself.
    package struct Night: Codable, Sendable, Equatable {
        /// The name of the nightly file.
        package var job: String
        /// The day that the night belongs to: `2026-11-28`.
        package var date: String
        /// The losses of this night's own runs, candidate by candidate.
        package var lines: [Line]

        package init(job: String, date: String, lines: [Line]) {
            self.job = job
            self.date = date
            self.lines = lines
        }
    }

    /// The losses of one candidate's runs of one night, and what they say together with those of the nights before.
    package struct Line: Codable, Sendable, Equatable {
        package var candidate: String
        /// The rung that is followed through the nights: the largest one.
        package var rung: String
        /// The final losses in nats per token, by seed; null for a run that diverged.
        package var losses: [Double?]
        /// How many nights the losses were compared with, the baseline included.
        package var nightsBefore: Int
        /// The regression that the night confirms; null where there is none.
        @OrNull package var regression: LossShift?
        /// The improvement that the night confirms; null where there is none.
        @OrNull package var improvement: LossShift?

        package init(
            candidate: String, rung: String, losses: [Double?], nightsBefore: Int, regression: LossShift?,
            improvement: LossShift?
        ) {
            self.candidate = candidate
            self.rung = rung
            self.losses = losses
            self.nightsBefore = nightsBefore
            self.regression = regression
            self.improvement = improvement
        }
    }

    /// Losses that are larger, or smaller, since some night. The keys call the nights before the change good, and those after
    /// it bad, as in a bisection.
    package struct LossShift: Codable, Sendable, Equatable {
        /// The first night after the change, as the nights fit best.
        package var since: String
        /// The first and the last night that may also have been it (about 95 %).
        package var possiblySince: [String]
        /// The last night before the change that surely had the old losses, `baseline` where that is the recorded one.
        package var lastGood: String
        /// The relative change of the loss; null where a run diverged, which is a regression by itself.
        @OrNull package var change: Estimate?
        /// The last commit before the change, and the first after it; null where they are not known.
        @OrNull package var lastGoodCommit: String?
        @OrNull package var firstBadCommit: String?

        /// What `lastGood` says where the recorded baseline has the old losses.
        package static let baseline = "baseline"

        package init(
            since: String, possiblySince: [String], lastGood: String, change: Estimate?, lastGoodCommit: String?,
            firstBadCommit: String?
        ) {
            self.since = since
            self.possiblySince = possiblySince
            self.lastGood = lastGood
            self.change = change
            self.lastGoodCommit = lastGoodCommit
            self.firstBadCommit = firstBadCommit
        }
    }
}
