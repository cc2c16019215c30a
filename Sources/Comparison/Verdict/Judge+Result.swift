// Makes the documents that report a verdict.

public import ScalebenchCore
import ScalingLaws

extension Judge {
    /// The parts of a result that do not follow from the ladder. `CompareResult` describes those of the same name.
    public struct Context: Sendable {
        /// The suite's question; nil for results trained elsewhere.
        public var question: String?
        public var suite: SuiteReference?
        /// How the table of results trained elsewhere was read.
        public var input: InputResult?
        /// Findings that hold for every pair.
        public var findings: [Finding] = []
        public var dataCoverage: CompareResult.Coverage?
        public var approximationGap: ApproximationGap?
        public var diagnostics: [CandidateDiagnostics]?
        public var notNeeded: NotNeeded?
        public var stoppedEarly: StoppedEarly?
        public var furtherRuns: BudgetResult?
        /// The families behind the candidates; nil for those that the ladder shows itself.
        package var families: [FamilyResult]?
        /// Whether further runs are proposed.
        package var proposesRuns = true

        public init() {}
    }

    /// The whole result for a ladder.
    /// - Parameter until: the probability that proposed runs are to bring a winner to; nil for the rule's.
    /// - Throws: `invalidInput` when no candidate has two rungs in common with the first. If some have, the others are
    ///   unresolved.
    public func result(_ all: Ladder, _ context: Context = Context(), until: Double? = nil) throws -> CompareResult {
        let pooled = PooledEvidence(all), ladder = all.ofJudged
        let judged = try judged(all, pooled, findings: context.findings, until: until)
        let shown = (ladder.rungs + [ladder.target]).filter { rung in rung.points.contains { !$0.isEmpty } }
        var result = CompareResult(
            scalebenchVersion: ScalebenchVersion.current, question: context.question, suite: context.suite,
            input: context.input, axis: ladder.axis, targetScale: ladder.target.scale,
            targetTokens: ladder.target.tokens,
            knownFloor: knownFloor, candidates: ladder.candidates,
            ladder: shown.map { rung in
                RungResult(rung, ladder.candidates, pooled.noise, isTarget: rung.scale == ladder.target.scale)
            },
            pairs: judged.map(\.result).map { pair in
                var pair = pair
                if !context.proposesRuns { pair.nextRuns = [] }
                return pair
            },
            families: context.families ?? families(all, pooled), best: best(ladder, pooled, judged.map(\.assessment)),
            dataCoverage: context.dataCoverage, approximationGap: context.approximationGap,
            diagnostics: context.diagnostics,
            notNeeded: context.notNeeded,
            stoppedEarly: context.stoppedEarly,
            furtherRuns: context.furtherRuns)
        // Trends of pairs that no picture shows would take a fifth of the time and most of the result's size.
        for index in result.picturedPairs {
            result.pairs[index].predicted.trend = judged[index].prediction?.posterior.map {
                TrendCurves($0, PairLadder(ladder, a: 0, b: index + 1, pooled))
            }
        }
        return result
    }

    func families(_ ladder: Ladder, _ pooled: PooledEvidence) -> [FamilyResult]? {
        let results = pooled.surfaces.keys.sorted().compactMap { index -> FamilyResult? in
            guard var family = FamilyResult(ladder, family: index, pooled) else { return nil }
            family.findings = Checks.untuned(family, margin: thresholds.equivalenceMargin)
            return family
        }
        return results.isEmpty ? nil : results
    }

    /// The results of every other candidate against the first.
    /// - Parameter findings: the findings that hold for every pair.
    /// - Throws: what `result` throws.
    package func pairs(_ ladder: Ladder, findings: [Finding] = [], until: Double? = nil) throws -> [PairResult] {
        try judged(ladder, PooledEvidence(ladder), findings: findings, until: until).map(\.result)
    }

    private func judged(
        _ all: Ladder, _ pooled: PooledEvidence, findings: [Finding], until: Double?
    ) throws -> [JudgedPair] {
        let ladder = all.ofJudged
        let blind = ladder.withoutTarget, pooledBefore = pooled.withoutTarget(blind), held = all.heldOutRungs
        let decisive = until ?? thresholds.decisiveProbability
        let pairs = try inParallel(ladder.candidates.count - 1) { place -> Result<JudgedPair, any Error> in
            Result {
                let pair = PairLadder(ladder, a: 0, b: place + 1, pooled)
                let before = PairLadder(blind, a: 0, b: place + 1, pooledBefore)
                var judged: JudgedPair
                do {
                    judged = try judge(pair, before: before, until: decisive)
                } catch let error as ScalebenchError {
                    judged = JudgedPair(result: notJudged(pair, error), error: error)
                }
                judged.result.findings += findings
                if !pair.candidatesAreIdentical { judged.result.methodOnThisLadder = try rungChecks(held, pair) }
                return judged
            }
        }.map { try $0.get() }
        let errors = pairs.compactMap(\.error)
        if let error = errors.first, errors.count == pairs.count { throw error }
        return pairs
    }

    private struct JudgedPair: Sendable {
        var result: PairResult
        /// What is known of the pair, and what was before any run at the target; nil for identical candidates and for a pair
        /// that cannot be judged.
        var assessment, prediction: Assessment?
        /// The reason why the pair cannot be judged.
        var error: ScalebenchError?
    }

    /// The result of one pair with its assessment.
    /// - Parameter blind: the same pair as it was before any run at the target.
    private func judge(
        _ pair: PairLadder, before blind: PairLadder, until: Double
    ) throws -> JudgedPair {
        if pair.candidatesAreIdentical { return JudgedPair(result: identical(pair)) }
        let prediction = try assess(blind)
        let now = pair.isTargetTrained || pair.early != nil ? try assess(pair) : prediction
        let forecast = now.forecast
        let lost = pair.isTargetTrained && forecast == nil && now.verdict != .unresolved
        var result = PairResult(
            a: pair.a, b: pair.b, verdict: now.verdict,
            probabilityABetter: lost ? (now.verdict == .aBetter ? 1 : 0) : forecast?.probabilityABetter,
            gap: forecast?.gap, expectedGap: forecast?.expectedGap,
            computeMultiplier: pair.axis == .parameters ? nil : forecast?.computeMultiplier,
            crossover: now.posterior.map {
                CrossoverResult($0, pair, signChanges: forecast?.probabilitySignDiffersFromTopRung ?? 0)
            },
            expectedRegret: forecast.map { .init(a: $0.expectedRegretA, b: $0.expectedRegretB) },
            rungGaps: pair.rungGaps, predicted: .init(prediction),
            observed: pair.observation(predicted: prediction.forecast),
            earlyForecast: pair.early?.forecast((pair.a, pair.b)), methodOnThisLadder: [], findings: [],
            probabilityWithKnownGap: now.posterior.map { probabilityWithKnownGap(pair, $0) },
            nextRuns: proposedRuns(pair, now, until: until))
        result.deviceTime = DeviceTime(pair, multiplier: result.computeMultiplier)
        result.findings = Checks.all.flatMap { $0(pair, result) }
        return JudgedPair(result: result, assessment: now, prediction: prediction)
    }

    /// The runs that would make the verdict surer; none where the pair is decided.
    private func proposedRuns(_ pair: PairLadder, _ now: Assessment, until: Double) -> [ProposedRun] {
        guard let posterior = now.posterior, let forecast = now.forecast, isUndecided(now, until: until) else {
            return []
        }
        return proposals(pair, posterior: posterior, forecast: forecast, decisive: until).map(\.run)
    }

    private func rungChecks(_ held: [HeldOutRung], _ pair: PairLadder) throws -> [RungCheck] {
        do {
            return try RungCheck.rows(held, a: pair.indexA, b: pair.indexB, model: model)
        } catch let error as GapModelError {
            throw ScalebenchError(.invalidInput, "\(pair.a) against \(pair.b): \(error)")
        }
    }

    /// The result of a pair that cannot be judged, beside others that can.
    private func notJudged(_ pair: PairLadder, _ error: ScalebenchError) -> PairResult {
        PairResult(
            a: pair.a, b: pair.b, verdict: .unresolved, rungGaps: pair.rungGaps,
            predicted: .init(Assessment(verdict: .unresolved)), observed: pair.observation(predicted: nil),
            methodOnThisLadder: [], findings: [Checks.notJudged(error)], nextRuns: [])
    }

    /// The result of two names for the same or bit-equal runs: the gap is exactly zero, not merely small.
    private func identical(_ pair: PairLadder) -> PairResult {
        let zero = Estimate(exactly: 0)
        return PairResult(
            a: pair.a, b: pair.b, verdict: .equivalent, probabilityABetter: 0.5, gap: zero, expectedGap: zero,
            computeMultiplier: pair.axis == .parameters ? nil : Estimate(exactly: 1),
            expectedRegret: .init(a: 0, b: 0), rungGaps: pair.rungGaps,
            predicted: .init(
                verdict: .equivalent, probabilityABetter: 0.5, gap: zero, probabilitySignChanges: 0),
            observed: pair.observation(predicted: nil), methodOnThisLadder: [],
            findings: [Checks.identicalCandidates(pair)], nextRuns: [])
    }
}

extension PairResult.Prediction {
    fileprivate init(_ assessment: Judge.Assessment) {
        let forecast = assessment.forecast
        self.init(
            verdict: assessment.verdict, probabilityABetter: forecast?.probabilityABetter, lossA: forecast?.lossA,
            lossB: forecast?.lossB, gap: forecast?.gap,
            probabilitySignChanges: forecast?.probabilitySignDiffersFromTopRung)
    }
}
