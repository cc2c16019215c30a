// One pair's view of a ladder: the rungs both have, what they share, what happened at the target.

import Foundation
import ScalebenchCore
import ScalingLaws

/// Two candidates of a ladder, ready for the gap model and the checks.
struct PairLadder: Sendable {
    let a: String
    let b: String
    let axis: ScaleAxis
    let targetScale: Double
    /// Below the target, smallest first, with the runs of A and of B.
    let rungs: [(rung: LadderRung, a: [ScalingPoint], b: [ScalingPoint])]
    let target: (rung: LadderRung, a: [ScalingPoint], b: [ScalingPoint])
    let noise: LadderNoise
    let rungsAbove: [String]
    /// What the start of the runs at the target says; nil before they have begun, and once both have ended.
    let early: EarlyCurves?
    /// Correlation of the losses of equal seeds, by rung; nil where it is not known. Never of the target: one pair there
    /// says nothing, and what the rungs say of it is not carried upwards.
    let seedCorrelations: [Double?]
    private let begun: (a: RunCurve?, b: RunCurve?)
    /// The shares of their schedule up to which the runs at the target may be trained.
    let targetShares: [Double]
    /// The rungs' curves, by which runs at the target are forecast.
    private let template: PairedTemplate
    private let indexA: Int
    private let indexB: Int

    init(_ ladder: Ladder, a indexA: Int, b indexB: Int, noise: LadderNoise) {
        a = ladder.candidates[indexA]
        b = ladder.candidates[indexB]
        axis = ladder.axis
        targetScale = ladder.target.scale
        rungs = ladder.rungs.map { ($0, $0.points[indexA], $0.points[indexB]) }
        target = (ladder.target, ladder.target.points[indexA], ladder.target.points[indexB])
        self.noise = noise
        rungsAbove = ladder.rungsAbove
        let paired = PairedRung.common(rungs)
        template = PairedTemplate(paired)
        early = EarlyCurves(
            begunA: ladder.begun[indexA], begunB: ladder.begun[indexB], rungs: paired, targetScale: targetScale)
        // What diverged there is no start to go by: the other's result alone tells.
        let hasDiverged = (target.a + target.b).contains(where: \.diverged)
        targetShares = hasDiverged ? [1] : ladder.targetShares
        seedCorrelations = SeedPairing(rungs.map { SeedPairing.Rung(Self.equalSeeds($0.a, $0.b)) }).correlations
        begun = (ladder.begun[indexA], ladder.begun[indexB])
        self.indexA = indexA
        self.indexB = indexB
    }

    /// Standard deviation over seeds of one run of each at the target. Below it the model's misfit can stand for noise
    /// that is not known; a single run at the target would otherwise pass for the truth.
    var sigmaAtTarget: (a: Double?, b: Double?) {
        guard isTargetTrained || early != nil else { return sigma(at: targetScale) }
        let assumed = assumedSigmaAtTarget
        return (assumed.a, assumed.b)
    }

    /// What `sigmaAtTarget` is once the target has been trained.
    var assumedSigmaAtTarget: (a: Double, b: Double) {
        (
            noise.assumedSigma(candidate: indexA, scale: targetScale),
            noise.assumedSigma(candidate: indexB, scale: targetScale)
        )
    }

    /// Standard deviation over seeds of one run of each at a scale.
    func sigma(at scale: Double) -> (a: Double?, b: Double?) {
        (noise.sigma(candidate: indexA, scale: scale), noise.sigma(candidate: indexB, scale: scale))
    }

    /// The rungs where both have a finite loss, as the gap model takes them.
    var ladderRungs: [GapRung] {
        zip(rungs, seedCorrelations).compactMap { gapRung($0, sigma(at: $0.rung.scale), seedCorrelation: $1) }
    }

    /// The target, once both were trained there and neither diverged; before that what their start says of their end.
    var targetRung: GapRung? {
        let sigma = assumedSigmaAtTarget
        var rung = gapRung(target, sigma) ?? early?.rung(seedSigmaA: sigma.a, seedSigmaB: sigma.b)
        rung?.tokens = target.rung.tokens
        rung?.isTarget = true
        return rung
    }

    /// The shares of their schedule up to which the runs at the target have been seen.
    var seenOfTarget: (a: Double, b: Double) {
        func seen(_ points: [ScalingPoint], _ begun: RunCurve?) -> Double {
            points.isEmpty ? begun?.curve.end ?? 0 : 1
        }
        return (seen(target.a, begun.a), seen(target.b, begun.b))
    }

    /// What the run of each at the target would tell of its mean over seeds, once it is trained to a share of its
    /// schedule, beyond what is known of it already: the standard deviations of measurements of their own. Nil where it
    /// would tell nothing more, or the rungs' curves do not reach back so far.
    func newsAtTarget(upTo share: Double, _ forecast: GapForecast) -> (a: Double, b: Double)? {
        let seeds = assumedSigmaAtTarget, known = early?.rung(seedSigmaA: seeds.a, seedSigmaB: seeds.b)
        var variance = 0.0
        if share < 1 {
            guard let expected = template.expectedVariance(after: share, scale: targetScale) else { return nil }
            variance = expected
        }
        func news(_ loss: Double, _ seeds: Double, _ known: Double?) -> Double? {
            let sigma = EarlyCurves.sigma(loss, ratioVariance: variance, seeds: seeds)
            guard let known else { return sigma }
            // Precisions add up.
            return sigma < known ? 1 / (1 / (sigma * sigma) - 1 / (known * known)).squareRoot() : nil
        }
        guard let a = news(forecast.lossA.point, seeds.a, known?.sigmaA),
            let b = news(forecast.lossB.point, seeds.b, known?.sigmaB)
        else { return nil }
        return (a, b)
    }

    /// The target as the gap model is asked about it; nil where its tokens are not known.
    var targetPlace: TrainedPlace? { target.rung.tokens.map { TrainedPlace(scale: targetScale, tokens: $0) } }

    /// The smallest rung that is trained about as the target: for its FLOPs on less than twice as many tokens, and more
    /// than half as many. The smallest of all where none is, or tokens are not known.
    var smallestScaleLikeTarget: Double {
        let smallest = rungs.first?.rung.scale ?? targetScale
        guard let line = tokenLine else { return smallest }
        let target = target.rung.tokens.map { line.offset(scale: targetScale, tokens: $0) } ?? 0
        let like = rungs.first { here in
            here.rung.tokens.map { abs(line.offset(scale: here.rung.scale, tokens: $0) - target) < log10(2) } ?? false
        }
        return like?.rung.scale ?? smallest
    }

    /// Tokens of a run of that scale that is trained as the target is; nil unless rungs of nearly equal FLOPs differ in
    /// theirs.
    func tokensLikeTarget(at scale: Double) -> Double? {
        guard let line = tokenLine, line.isBent else { return nil }
        let share = target.rung.tokens.map { $0 / line.tokens(at: targetScale) } ?? 1
        return line.tokens(at: scale) * share
    }

    /// How the rungs that both have were trained; nil where the tokens of one are not known.
    var tokenLine: TokenLine? { TokenLine(rungs.filter { !$0.a.isEmpty && !$0.b.isEmpty }.map(\.rung)) }

    private func gapRung(
        _ here: (rung: LadderRung, a: [ScalingPoint], b: [ScalingPoint]), _ sigma: (a: Double?, b: Double?),
        seedCorrelation: Double? = nil
    ) -> GapRung? {
        let lossesA = here.a.compactMap(\.loss), lossesB = here.b.compactMap(\.loss)
        guard !lossesA.isEmpty, !lossesB.isEmpty else { return nil }
        // Shared runs have no noise between them: the gap there is zero by construction.
        let sigma = Self.shareRuns(here) ? (0, 0) : sigma
        var rung = GapRung(
            scale: here.rung.scale, tokens: here.rung.tokens, lossesA: lossesA, lossesB: lossesB, sigmaA: sigma.a,
            sigmaB: sigma.b)
        if let seedCorrelation, let sigmaA = sigma.a, let sigmaB = sigma.b {
            let pairs = Double(Self.equalSeeds(here.a, here.b).count)
            rung.meanCovariance = seedCorrelation * sigmaA * sigmaB * pairs / Double(lossesA.count * lossesB.count)
        }
        return rung
    }

    /// Losses of the seeds that both have. Numbers in a table of somebody else's runs may mean anything: only runs that
    /// were trained here, where a seed fixes the order of the data and the initial weights, are paired.
    private static func equalSeeds(_ a: [ScalingPoint], _ b: [ScalingPoint]) -> [(a: Double, b: Double)] {
        var bySeed: [String: Double] = [:]
        for point in b where point.runID != nil { bySeed[point.seed] = point.loss }
        return a.compactMap { point in
            guard point.runID != nil, let loss = point.loss, let other = bySeed[point.seed] else { return nil }
            return (loss, other)
        }
    }

    static func shareRuns(_ here: (rung: LadderRung, a: [ScalingPoint], b: [ScalingPoint])) -> Bool {
        here.a.areIdentical(to: here.b)
    }

    /// Both names stand for the same runs, or for bit-equal ones, wherever either was trained below the target and at it.
    var armsAreIdentical: Bool {
        let trained = (rungs + [target]).filter { !$0.a.isEmpty || !$0.b.isEmpty }
        return !trained.isEmpty && trained.allSatisfy(Self.shareRuns)
    }

    func requireCommonRungs() throws {
        let common = ladderRungs.count
        guard common >= 2 else {
            throw ScalebenchError(
                .invalidInput, "\(a) and \(b) have \(common) rung\(common == 1 ? "" : "s") in common below the target",
                hint: "train both at two scales or more; scales within 2.5 % of each other count as one rung")
        }
    }

    /// Both were trained at the target, whatever came of it.
    var isTargetTrained: Bool { !target.a.isEmpty && !target.b.isEmpty }

    /// The verdict that divergence alone decides, at the target or, while that is untrained, at the top rung of both:
    /// an arm whose every run diverged there loses to one that has a loss; where both diverged nothing can be said.
    var divergenceVerdict: Verdict? {
        guard let place = isTargetTrained ? target : rungs.last(where: { !$0.a.isEmpty && !$0.b.isEmpty }) else {
            return nil
        }
        // What came through at the target has not lost by diverging below it.
        let lost = { (here: [ScalingPoint], atTarget: [ScalingPoint]) in
            here.allSatisfy(\.diverged) && atTarget.allSatisfy(\.diverged)
        }
        switch (lost(place.a, target.a), lost(place.b, target.b)) {
        case (false, false): return nil
        case (true, true): return .unresolved
        case (let lostA, _): return lostA ? .bBetter : .aBetter
        }
    }

    /// Expected gap at every rung that both were trained at.
    var rungGaps: [PairResult.RungGap] {
        zip(rungs + [target], seedCorrelations + [nil]).filter { !$0.0.a.isEmpty && !$0.0.b.isEmpty }.map {
            here, correlation in
            let gap = meanGap(here, correlation)
            return PairResult.RungGap(
                label: here.rung.label, scale: here.rung.scale, meanGap: gap?.gap, gap: gap?.estimate,
                seedCorrelation: correlation)
        }
    }

    private func meanGap(
        _ here: (rung: LadderRung, a: [ScalingPoint], b: [ScalingPoint]), _ seedCorrelation: Double?
    ) -> (gap: Double, estimate: Estimate?)? {
        guard let rung = gapRung(here, sigma(at: here.rung.scale), seedCorrelation: seedCorrelation) else {
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

    /// Arms of this pair whose noise was not pooled: name, rung, ratio to the pool.
    var oddNoise: [(name: String, label: String, ratio: Double)] {
        noise.pooled.oddGroups.compactMap { group in
            guard group.arm == indexA || group.arm == indexB else { return nil }
            let here = (rungs + [target]).first { abs(log($0.rung.scale / group.scale)) < 1e-6 }
            return (group.arm == indexA ? a : b, here?.rung.label ?? Quantity.short(group.scale), group.ratio)
        }
    }

    /// FLOPs of B over those of A at every rung where both are known.
    var computeRatios: [(label: String, ratio: Double)] {
        (rungs + [target]).compactMap { here in
            guard let a = here.rung.flopsByCandidate?[indexA], let b = here.rung.flopsByCandidate?[indexB] else {
                return nil
            }
            return (here.rung.label, b / a)
        }
    }

    /// What the runs at the target said, means over them; nil until both were trained there.
    func observation(predicted: GapForecast?) -> PairResult.Observation? {
        guard isTargetTrained else { return nil }
        let lossA = target.a.meanLoss, lossB = target.b.meanLoss
        let gap = lossA.flatMap { lossA in lossB.map { $0 - lossA } }
        let isOneEach = target.a.count == 1 && target.b.count == 1
        return PairResult.Observation(
            lossA: lossA, lossB: lossB, gap: gap,
            evaluationStandardError: isOneEach ? Self.pairedStandardError(target.a[0], target.b[0]) : nil,
            predictedQuantile: gap.flatMap { gap in predicted.map { Self.quantile(of: gap, in: $0.gap) } })
    }

    /// Standard error of the mean difference over the validation sequences, which both saw in the same order.
    static func pairedStandardError(_ first: ScalingPoint, _ second: ScalingPoint) -> Double? {
        guard let first = first.sequenceLosses, let second = second.sequenceLosses, first.count == second.count,
            first.count > 1
        else { return nil }
        let differences = zip(first, second).map { $1 - $0 }
        return (differences.variance / Double(differences.count)).squareRoot()
    }

    /// Where `value` fell in a prediction known by its quantiles, interpolated between them; 0.05 and 0.95 stand for
    /// everything outside the 90 % interval.
    static func quantile(of value: Double, in estimate: Estimate) -> Double {
        let places = [
            (estimate.interval90.lower, 0.05), (estimate.interval80.lower, 0.1), (estimate.interval50.lower, 0.25),
            (estimate.point, 0.5), (estimate.interval50.upper, 0.75), (estimate.interval80.upper, 0.9),
            (estimate.interval90.upper, 0.95),
        ]
        guard value > places[0].0 else { return 0.05 }
        for (low, high) in zip(places, places.dropFirst()) where value <= high.0 {
            let share = high.0 > low.0 ? (value - low.0) / (high.0 - low.0) : 0.5
            return low.1 + share * (high.1 - low.1)
        }
        return 0.95
    }
}
