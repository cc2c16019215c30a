// What the runs at the target say of a pair: nothing, the start of their curves, or their results.

import ScalingLaws

extension PairLadder {
    /// Whether both have a finished run at the target, diverged or not.
    var isTargetTrained: Bool { target.isTrained }

    /// The target as a rung of the gap model: its results where both have a finite loss there, before that the forecast
    /// from the start of their runs. It is nil without either.
    var targetRung: GapRung? {
        let sigma = assumedSigmaAtTarget
        var rung =
            target.gapRung(sigma: (sigma.a, sigma.b)) ?? early?.rung(seedSigmaA: sigma.a, seedSigmaB: sigma.b)
        rung?.tokens = target.rung.tokens
        rung?.isTarget = true
        return rung
    }

    /// The fractions of their schedule up to which the runs at the target have been evaluated.
    var seenOfTarget: (a: Double, b: Double) {
        func seen(_ points: [ScalingPoint], _ begun: RunCurve?) -> Double {
            points.isEmpty ? begun?.curve.end ?? 0 : 1
        }
        return (seen(target.a, begun.a), seen(target.b, begun.b))
    }

    /// What one run of each would add at the target if it were trained up to a fraction of its schedule: the standard
    /// deviations of two new measurements of the means over seeds. It is nil where nothing would be added, or where the
    /// rungs' curves begin later than this fraction.
    func addedMeasurementAtTarget(upTo fraction: Double, _ forecast: GapForecast) -> (a: Double, b: Double)? {
        let seeds = assumedSigmaAtTarget, known = early?.rung(seedSigmaA: seeds.a, seedSigmaB: seeds.b)
        var variance = 0.0
        if fraction < 1 {
            guard let expected = template.expectedVariance(after: fraction, scale: targetScale) else { return nil }
            variance = expected
        }
        func added(_ loss: Double, seeds: Double, known: Double?) -> Double? {
            let sigma = EarlyCurves.sigma(loss, ratioVariance: variance, seeds: seeds)
            return known.map { sigmaOfAddedMeasurement(sigma, known: $0) } ?? sigma
        }
        guard let a = added(forecast.lossA.point, seeds: seeds.a, known: known?.sigmaA),
            let b = added(forecast.lossB.point, seeds: seeds.b, known: known?.sigmaB)
        else { return nil }
        return (a, b)
    }

    /// The mean results of the runs at the target; nil until both were trained there.
    func observation(predicted: GapForecast?) -> PairResult.Observation? {
        guard isTargetTrained else { return nil }
        let lossA = target.a.meanLoss, lossB = target.b.meanLoss
        let gap = lossA.flatMap { lossA in lossB.map { $0 - lossA } }
        var error: Double?
        if target.a.count == 1, target.b.count == 1, let first = target.a[0].sequenceLosses,
            let second = target.b[0].sequenceLosses
        {
            // Both were evaluated on the same validation sequences in the same order.
            error = pairedStandardError(first, second)
        }
        return PairResult.Observation(
            lossA: lossA, lossB: lossB, gap: gap, evaluationStandardError: error,
            predictedQuantile: gap.flatMap { gap in predicted.map { $0.gap.quantile(of: gap) } })
    }

    /// The gap at every rung that both were trained at, the target included.
    var rungGaps: [PairResult.RungGap] {
        zip(rungs + [target], seedCorrelations + [nil]).filter { $0.0.isTrained }.map { here, correlation in
            let gap = meanGap(here, seedCorrelation: correlation)
            return PairResult.RungGap(
                label: here.rung.label, scale: here.rung.scale, meanGap: gap?.gap, gap: gap?.estimate,
                seedCorrelation: correlation)
        }
    }

    private func meanGap(_ here: PairedRung, seedCorrelation: Double?) -> (gap: Double, estimate: Estimate?)? {
        guard let rung = here.gapRung(sigma: sigma(at: here.rung), seedCorrelation: seedCorrelation) else {
            return nil
        }
        let gap = rung.lossesB.mean - rung.lossesA.mean
        // Without replicates nothing is known of the noise: the gap stands without an interval.
        guard let sigmaA = rung.sigmaA, let sigmaB = rung.sigmaB else { return (gap, nil) }
        let variance =
            sigmaA * sigmaA / Double(rung.lossesA.count) + sigmaB * sigmaB / Double(rung.lossesB.count)
            - 2 * (rung.meanCovariance ?? 0)
        return (gap, Estimate(normalMean: gap, deviation: max(variance, 0).squareRoot()))
    }
}
