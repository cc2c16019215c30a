// From a ladder to a verdict. Pure: equal ladders give equal results, nothing is read or written.
// The rule is the method's: a diverged arm loses → equivalent → better → crossover risk → unresolved.

package import ScalebenchCore
package import ScalingLaws

/// Judges every candidate against the first.
package struct Judge: Sendable {
    let thresholds: VerdictThresholds
    private let model: GapModel
    private let knownFloor: Double?

    /// - Parameter knownFloor: the entropy of the data where it is known: no loss can fall below it.
    package init(thresholds: VerdictThresholds, priors: GapPriors = .shipped, knownFloor: Double? = nil) {
        self.thresholds = thresholds
        self.knownFloor = knownFloor
        model = GapModel(priors: priors, knownFloor: knownFloor)
    }

    /// The whole result for a ladder.
    /// - Parameter until: the probability that next runs are to bring a winner to; nil: the rule's.
    /// - Throws: `invalidInput` when no candidate has two rungs in common with the first; one that has not, among others
    ///   that have, is unresolved.
    package func result(
        _ ladder: Ladder, question: String? = nil, suite: CompareResult.SuiteReference? = nil,
        findings: [Finding] = [], until: Double? = nil
    ) throws -> CompareResult {
        let noise = LadderNoise(ladder)
        let noiseBefore = LadderNoise(ladder.withoutTarget)
        var errors: [ScalebenchError] = []
        let pairs = try ladder.candidates.indices.dropFirst().map { index in
            let whole = PairLadder(ladder, a: 0, b: index, noise: noise)
            var pair: PairResult
            do {
                pair = try judge(
                    whole, before: PairLadder(ladder.withoutTarget, a: 0, b: index, noise: noiseBefore),
                    until: until ?? thresholds.decisiveProbability)
            } catch let error as ScalebenchError {
                errors.append(error)
                pair = notJudged(whole, error)
            }
            pair.findings += findings
            if pair.gap != Estimate(exactly: 0) { pair.methodOnThisLadder = try methodChecks(ladder, b: index) }
            return pair
        }
        if let error = errors.first, errors.count == pairs.count { throw error }
        let shown = ladder.rungs + (ladder.target.points.contains { !$0.isEmpty } ? [ladder.target] : [])
        return CompareResult(
            scalebenchVersion: ScalebenchVersion.current, question: question, suite: suite, axis: ladder.axis,
            targetScale: ladder.target.scale, targetTokens: ladder.target.tokens, knownFloor: knownFloor,
            candidates: ladder.candidates,
            ladder: shown.map { rung in
                RungResult(rung, ladder.candidates, noise, isTarget: rung.scale == ladder.target.scale)
            },
            pairs: pairs)
    }

    /// - Parameter blind: the same pair as it stood before any run at the target.
    private func judge(_ pair: PairLadder, before blind: PairLadder, until: Double) throws -> PairResult {
        if pair.armsAreIdentical { return identical(pair) }
        let prediction = try assess(blind)
        let outcome = pair.isTargetTrained || pair.early != nil ? try assess(pair) : prediction
        let forecast = outcome.forecast
        var result = PairResult(
            a: pair.a, b: pair.b, verdict: outcome.verdict, probabilityABetter: forecast?.probabilityABetter,
            gap: forecast?.gap, expectedGap: forecast?.expectedGap,
            computeMultiplier: pair.axis == .parameters ? nil : forecast?.computeMultiplier,
            crossover: outcome.posterior.map {
                CrossoverResult($0, pair, signChanges: forecast?.probabilitySignDiffersFromTopRung ?? 0)
            },
            expectedRegret: forecast.map { .init(a: $0.expectedRegretA, b: $0.expectedRegretB) },
            rungGaps: pair.rungGaps, predicted: .init(prediction, blind),
            observed: pair.observation(predicted: prediction.forecast), methodOnThisLadder: [], findings: [],
            nextRuns: [])
        result.earlyForecast = pair.early?.forecast((pair.a, pair.b))
        if pair.isTargetTrained, forecast == nil, outcome.verdict != .unresolved {
            result.probabilityABetter = outcome.verdict == .aBetter ? 1 : 0
        }
        if let posterior = outcome.posterior {
            result.probabilityWithKnownGap = NextRun.probabilityWithKnownGap(pair, posterior)
            if let forecast, outcome.verdict != .equivalent,
                max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) < until
            {
                result.nextRuns = NextRun.candidates(pair, posterior, forecast, decisive: until)
            }
        }
        result.findings = Checks.all.flatMap { $0(pair, result) }
        return result
    }

    private func methodChecks(_ ladder: Ladder, b: Int) throws -> [RungCheck] {
        do {
            return try RungCheck.rows(ladder, a: 0, b: b, model: model)
        } catch let error as GapModelError {
            throw ScalebenchError(.invalidInput, "\(ladder.candidates[0]) against \(ladder.candidates[b]): \(error)")
        }
    }

    // MARK: - The rule

    /// What one state of knowledge says. Without numbers where divergence alone decides.
    struct Assessment {
        var verdict: Verdict
        var forecast: GapForecast?
        var posterior: GapPosterior?
    }

    /// - Throws: `invalidInput` when the two have fewer than two rungs in common.
    func assess(_ pair: PairLadder) throws -> Assessment {
        if let verdict = pair.divergenceVerdict { return Assessment(verdict: verdict) }
        try pair.requireCommonRungs()
        do {
            let posterior = try model.posterior(
                pair.ladderRungs + [pair.targetRung].compactMap { $0 }, through: pair.targetPlace)
            let sigma = pair.sigmaAtTarget
            let forecast = posterior.forecast(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b)
            return Assessment(verdict: verdict(forecast, pair), forecast: forecast, posterior: posterior)
        } catch let error as GapModelError {
            throw ScalebenchError(.invalidInput, "\(pair.a) against \(pair.b): \(error)")
        }
    }

    /// Gaps smaller than this do not matter.
    func margin(_ forecast: GapForecast) -> Double {
        thresholds.equivalenceMargin * min(forecast.lossA.point, forecast.lossB.point)
    }

    private func verdict(_ forecast: GapForecast, _ pair: PairLadder) -> Verdict {
        let margin = margin(forecast)
        let expected = forecast.expectedGap.interval90
        if expected.lower >= -margin, expected.upper <= margin { return .equivalent }
        if forecast.probabilityABetter >= thresholds.decisiveProbability { return .aBetter }
        if 1 - forecast.probabilityABetter >= thresholds.decisiveProbability { return .bBetter }
        // Once the target has shown its order, what is unsure there is not whether the order changes on the way.
        if !pair.isTargetTrained, forecast.probabilitySignDiffersFromTopRung >= thresholds.crossoverRiskProbability {
            return .crossoverRisk
        }
        return .unresolved
    }

    /// A pair that too little is known of, beside others that can be judged.
    private func notJudged(_ pair: PairLadder, _ error: ScalebenchError) -> PairResult {
        PairResult(
            a: pair.a, b: pair.b, verdict: .unresolved, probabilityABetter: nil, gap: nil, expectedGap: nil,
            computeMultiplier: nil, crossover: nil, expectedRegret: nil, rungGaps: pair.rungGaps,
            predicted: .init(Assessment(verdict: .unresolved), pair), observed: pair.observation(predicted: nil),
            methodOnThisLadder: [], findings: [Checks.notJudged(error)], nextRuns: [])
    }

    /// Two names for the same or bit-equal runs: the gap is exactly zero, not merely small.
    private func identical(_ pair: PairLadder) -> PairResult {
        let zero = Estimate(exactly: 0)
        return PairResult(
            a: pair.a, b: pair.b, verdict: .equivalent, probabilityABetter: 0.5, gap: zero, expectedGap: zero,
            computeMultiplier: pair.axis == .parameters ? nil : Estimate(exactly: 1), crossover: nil,
            expectedRegret: .init(a: 0, b: 0), rungGaps: pair.rungGaps,
            predicted: .init(
                verdict: .equivalent, probabilityABetter: 0.5, lossA: nil, lossB: nil, gap: zero,
                probabilitySignChanges: 0, trend: nil),
            observed: pair.observation(predicted: nil), methodOnThisLadder: [],
            findings: [Checks.identicalArms(pair)], nextRuns: [])
    }
}

extension PairResult.Prediction {
    fileprivate init(_ assessment: Judge.Assessment, _ pair: PairLadder) {
        let forecast = assessment.forecast
        self.init(
            verdict: assessment.verdict, probabilityABetter: forecast?.probabilityABetter, lossA: forecast?.lossA,
            lossB: forecast?.lossB, gap: forecast?.gap,
            probabilitySignChanges: forecast?.probabilitySignDiffersFromTopRung,
            trend: assessment.posterior.map { TrendCurves($0, pair) })
    }
}
