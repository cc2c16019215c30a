// Makes a verdict from a ladder. It is pure: equal ladders give equal results, and nothing is read or written. The
// first of these that holds decides: a candidate diverged and loses → equivalent → better → crossover risk →
// unresolved.

public import ScalebenchCore
public import ScalingLaws

/// Judges every candidate against the first.
public struct Judge: Sendable {
    let thresholds: VerdictThresholds
    let model: GapModel
    let knownFloor: Double?

    /// A judge that follows a suite's rule.
    /// - Parameter knownFloor: the entropy of the data in nats per token, below which no loss can fall; nil where it is
    ///   unknown.
    public init(thresholds: VerdictThresholds, priors: GapPriors = .shipped, knownFloor: Double? = nil) {
        self.thresholds = thresholds
        self.knownFloor = knownFloor
        model = GapModel(priors: priors, knownFloor: knownFloor)
    }

    /// A verdict with its numbers, which are nil where divergence alone decides.
    struct Assessment: Sendable {
        var verdict: Verdict
        var forecast: GapForecast?
        var posterior: GapPosterior?
    }

    /// The verdict on a pair with its numbers.
    /// - Throws: `invalidInput` when the two have fewer than two rungs in common.
    func assess(_ pair: PairLadder) throws -> Assessment {
        if let verdict = pair.divergenceVerdict { return Assessment(verdict: verdict) }
        try pair.requireCommonRungs()
        do {
            let posterior = try model.posterior(
                pair.ladderRungs + [pair.targetRung].compactMap { $0 }, through: pair.targetPlace,
                surface: pair.surfaceGap)
            let sigma = pair.sigmaAtTarget
            let forecast = posterior.forecast(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b)
            return Assessment(verdict: verdict(forecast, pair), forecast: forecast, posterior: posterior)
        } catch let error as GapModelError {
            throw ScalebenchError(.invalidInput, "\(pair.a) against \(pair.b): \(error)")
        }
    }

    /// The verdict on candidate `b` against the first, without the numbers that a report needs.
    /// - Throws: `invalidInput` when the two have fewer than two rungs in common.
    package func verdict(_ ladder: Ladder, b: Int) throws -> Verdict {
        let pair = PairLadder(ladder, a: 0, b: b, PooledEvidence(ladder))
        return pair.candidatesAreIdentical ? .equivalent : try assess(pair).verdict
    }

    /// Whether further runs could decide the pair: there is a forecast, the two are not equivalent, and no winner has
    /// reached the probability yet.
    func isUndecided(_ assessment: Assessment, until probability: Double) -> Bool {
        guard let forecast = assessment.forecast, assessment.verdict != .equivalent else { return false }
        return max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) < probability
    }

    /// The smallest gap that matters, in the losses' unit.
    func margin(_ forecast: GapForecast) -> Double {
        thresholds.equivalenceMargin * min(forecast.lossA.point, forecast.lossB.point)
    }

    private func verdict(_ forecast: GapForecast, _ pair: PairLadder) -> Verdict {
        let margin = margin(forecast)
        let expected = forecast.expectedGap.interval90
        if expected.lower >= -margin, expected.upper <= margin { return .equivalent }
        if forecast.probabilityABetter >= thresholds.decisiveProbability { return .aBetter }
        if 1 - forecast.probabilityABetter >= thresholds.decisiveProbability { return .bBetter }
        // Once both were trained at the target, a change of order on the way to it is no longer a risk.
        if !pair.isTargetTrained, forecast.probabilitySignDiffersFromTopRung >= thresholds.crossoverRiskProbability {
            return .crossoverRisk
        }
        return .unresolved
    }
}
