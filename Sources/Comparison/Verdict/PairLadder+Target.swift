// What the runs at the target say of a pair: nothing, the start of their curves, or their results.

import ScalingLaws

extension PairLadder {
    /// Both were trained at the target, whatever came of it.
    var isTargetTrained: Bool { target.isTrained }

    /// The target as the gap model takes it, once both were trained there and neither diverged; before that what the
    /// start of their runs says of the end.
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

    /// What the run of each at the target would add to what is known of its mean over seeds, once it is trained to a
    /// fraction of its schedule: the standard deviations of measurements of their own. Nil where it would add nothing, or
    /// the rungs' curves do not reach back so far.
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

    /// What the runs at the target showed, means over them; nil until both were trained there.
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

    /// Expected gap at every rung that both were trained at, the target included.
    var rungGaps: [PairResult.RungGap] {
        zip(rungs + [target], seedCorrelations + [nil]).filter { $0.0.isTrained }.map { here, correlation in
            let gap = meanGap(here, seedCorrelation: correlation)
            return PairResult.RungGap(
                label: here.rung.label, scale: here.rung.scale, meanGap: gap?.gap, gap: gap?.estimate,
                seedCorrelation: correlation)
        }
    }

    private func meanGap(_ here: PairedRung, seedCorrelation: Double?) -> (gap: Double, estimate: Estimate?)? {
        guard let rung = here.gapRung(sigma: sigma(at: here.rung.scale), seedCorrelation: seedCorrelation) else {
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
