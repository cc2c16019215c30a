// The expected worth of further runs, and the order in which they are proposed. Probabilities are those of the verdict,
// for one run of each at the target with its seed noise.

import ScalingLaws

/// A proposed run with the place of the ladder where it would be made.
struct Proposal: Sendable {
    let place: LadderPlace
    let run: ProposedRun
}

extension Judge {
    /// The runs that would make a pair's verdict surer, the best value for its cost first; none where none helps.
    /// - Parameters:
    ///   - posterior: the posterior of the pair.
    ///   - forecast: the present forecast at the target.
    ///   - decisive: the probability from which on a winner is decided.
    func proposals(
        _ pair: PairLadder, posterior: GapPosterior, forecast: GapForecast, decisive: Double
    ) -> [Proposal] {
        let value = ValuedOptions(pair: pair, posterior: posterior, forecast: forecast, decisive: decisive)
        var atTarget = 0.0
        let proposals = pair.runOptions().compactMap { option -> Proposal? in
            guard let run = value.proposal(option) else { return nil }
            if option.place == .target {
                // A larger part of the target must help more than a smaller one.
                guard run.worth >= atTarget + ValuedOptions.smallestGain else { return nil }
                atTarget = run.worth
            }
            return Proposal(place: option.place, run: run)
        }
        return proposals.enumerated().sorted {
            ($1.element.run.worthPerCost, $0.offset) < ($0.element.run.worthPerCost, $1.offset)
        }.map(\.element)
    }

    /// The expected probability of the likelier winner if the expected gap at the target were known exactly, so that
    /// only seed noise there were left.
    func probabilityWithKnownGap(_ pair: PairLadder, _ posterior: GapPosterior) -> Double {
        let sigma = pair.assumedSigmaAtTarget
        return posterior.value(
            of: PossibleRuns(scale: pair.targetScale, runsA: 1, runsB: 1, sigmaA: 0, sigmaB: 0), at: pair.targetScale,
            sigmaA: sigma.a, sigmaB: sigma.b, decisive: 1
        ).probabilityRight
    }
}

extension ProposedRun {
    /// What the runs add to the probability of a right decision, plus the chance that they decide. Either alone
    /// misleads: few runs decide at once, and runs that will only confirm the leader add little to the expected
    /// probability.
    var worth: Double { probabilityRightAfter - probabilityRightNow + probabilityDecided }

    /// The number by which proposals are ranked everywhere: the worth divided by the FLOPs that all runs still need.
    /// Where FLOPs are unknown, the scale stands for the cost.
    var worthPerCost: Double {
        worth / (flops ?? scale * Double(2 * runsPerCandidate) * (toFraction - fromFraction))
    }
}

/// Values options against what is known of a pair.
private struct ValuedOptions {
    let pair: PairLadder
    let posterior: GapPosterior
    let forecast: GapForecast
    let decisive: Double

    /// Runs that add less to the probability of a right decision, and decide with a smaller chance, are not proposed.
    static let smallestGain = 0.01, smallestChance = 0.1

    /// A proposal of the fewest runs of an option that help; nil where even the most do not.
    func proposal(_ option: RunOption) -> ProposedRun? {
        option.counts.lazy.compactMap { count in
            runs(option, count: count).flatMap { proposal(option, count: count, runs: $0) }
        }.first
    }

    /// The option's runs as the statistics take them; nil for a part of the target from which no rung's curves can
    /// forecast.
    private func runs(_ option: RunOption, count: Int) -> PossibleRuns? {
        if option.place == .target {
            return pair.addedMeasurementAtTarget(upTo: option.toFraction, forecast).map { added in
                PossibleRuns(scale: option.scale, runsA: count, runsB: count, sigmaA: added.a, sigmaB: added.b)
            }
        }
        let sigma = pair.sigma(at: option.scale)
        return PossibleRuns(
            scale: option.scale, tokens: option.tokens, runsA: count, runsB: count, sigmaA: sigma.a, sigmaB: sigma.b,
            seedCorrelation: pair.seedCorrelation(at: option.place) ?? 0)
    }

    private func proposal(_ option: RunOption, count: Int, runs: PossibleRuns) -> ProposedRun? {
        let sigma = pair.sigmaAtTarget
        let now = posterior.probabilityOfRightDecision(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b)
        let value = posterior.value(
            of: runs, at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b, decisive: decisive)
        guard
            value.probabilityRight - now >= Self.smallestGain || value.probabilityDecided >= Self.smallestChance
        else { return nil }
        return ProposedRun(
            label: option.label, scale: option.scale, runsPerCandidate: count, fromFraction: option.fromFraction,
            toFraction: option.toFraction, flops: option.flops.map { $0 * Double(2 * count) },
            probabilityRightNow: now, probabilityRightAfter: value.probabilityRight,
            probabilityDecided: value.probabilityDecided)
    }
}
