// From a ladder to a verdict. Pure: equal ladders give equal results, nothing is read or written.
// The rule is the method's: a diverged candidate loses → equivalent → better → crossover risk → unresolved.

public import ScalebenchCore
public import ScalingLaws

/// Judges every candidate against the first.
public struct Judge: Sendable {
    let thresholds: VerdictThresholds
    let model: GapModel
    let knownFloor: Double?

    /// - Parameter knownFloor: the entropy of the data where it is known: no loss can fall below it.
    public init(thresholds: VerdictThresholds, priors: GapPriors = .shipped, knownFloor: Double? = nil) {
        self.thresholds = thresholds
        self.knownFloor = knownFloor
        model = GapModel(priors: priors, knownFloor: knownFloor)
    }

    /// What one state of knowledge says. It has no numbers where divergence alone decides.
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

    /// The verdict on candidate `b` against the first, without the numbers that a report needs.
    package func verdict(_ ladder: Ladder, b: Int) throws -> Verdict {
        let pair = PairLadder(ladder, a: 0, b: b, noise: LadderNoise(ladder))
        return pair.candidatesAreIdentical ? .equivalent : try assess(pair).verdict
    }

    /// Whether more could be known: there is a forecast, it is not that of equivalence, and no winner has reached the
    /// probability yet.
    func isUndecided(_ assessment: Assessment, until probability: Double) -> Bool {
        guard let forecast = assessment.forecast, assessment.verdict != .equivalent else { return false }
        return max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) < probability
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
}
