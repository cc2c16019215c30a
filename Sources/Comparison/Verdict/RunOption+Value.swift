// What further runs are expected to bring, and the order in which they are proposed: by the expected cost of a decision,
// if the target is trained where they do not decide. Probabilities are those of the verdict, for one run of each at the
// target with its seed noise.

import ScalingLaws

/// A proposed run with the place of the ladder where it would be made.
struct Proposal: Sendable {
    let place: LadderPlace
    let run: ProposedRun

    /// Whether the runs are a step of the cheapest way to a decision: they cost less than the target, or are the target.
    var isStep: Bool { run.isWorthMaking || (place == .target && run.toFraction == 1) }
}

extension ProposedRun {
    /// Runs are worth making where they save at least this share of the target's cost.
    private static let smallestSaving = 0.01

    /// Whether the runs are expected to decide at less cost than the target.
    var isWorthMaking: Bool { expectedCost <= 1 - Self.smallestSaving }
}

extension Judge {
    /// The runs that would help, and the target itself while it is not trained; the cheapest way to a decision comes
    /// first.
    /// - Parameters:
    ///   - posterior: the posterior of the pair.
    ///   - forecast: the present forecast at the target.
    ///   - decisive: the probability from which on a winner is decided.
    func proposals(
        _ pair: PairLadder, posterior: GapPosterior, forecast: GapForecast, decisive: Double
    ) -> [Proposal] {
        let value = ValuedOptions(pair: pair, posterior: posterior, forecast: forecast, decisive: decisive)
        let proposals = pair.runOptions().compactMap { option in
            value.proposal(option).map { Proposal(place: option.place, run: $0) }
        }
        let order = { (proposal: Proposal) in proposal.isStep ? 0 : 1 }
        return proposals.enumerated().sorted {
            (order($0.element), $0.element.run.expectedCost, $0.offset)
                < (order($1.element), $1.element.run.expectedCost, $1.offset)
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

/// Values options against what is known of a pair.
private struct ValuedOptions {
    let pair: PairLadder
    let posterior: GapPosterior
    let forecast: GapForecast
    let decisive: Double

    /// Runs that add less to the probability of a right decision, and decide with a smaller chance, are not listed.
    private static let smallestGain = 0.01, smallestChance = 0.1

    /// A proposal of the number of an option's runs that makes a decision cheapest; nil where they hardly help.
    func proposal(_ option: RunOption) -> ProposedRun? {
        let proposals = option.counts.compactMap { count in
            runs(option, count: count).map { proposal(option, count: count, runs: $0) }
        }
        return proposals.min { $0.expectedCost < $1.expectedCost }.flatMap { best in
            let gain = best.probabilityRightAfter - best.probabilityRightNow
            let helps = gain >= Self.smallestGain || best.probabilityDecided >= Self.smallestChance
            return helps || option.isRestOfTarget ? best : nil
        }
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

    private func proposal(_ option: RunOption, count: Int, runs: PossibleRuns) -> ProposedRun {
        let sigma = pair.sigmaAtTarget
        let now = posterior.probabilityOfRightDecision(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b)
        let value = posterior.value(
            of: runs, at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b, decisive: decisive)
        let cost = Double(count) * option.relativeCost(beside: pair)
        // What has been trained of the target is not trained again.
        let rest = option.place == .target ? 1 - cost : 1
        return ProposedRun(
            label: option.label, scale: option.scale, runsPerCandidate: count, fromFraction: option.fromFraction,
            toFraction: option.toFraction, flops: option.flops.map { $0 * Double(2 * count) },
            probabilityRightNow: now, probabilityRightAfter: value.probabilityRight,
            probabilityDecided: value.probabilityDecided,
            expectedCost: option.isRestOfTarget ? 1 : cost + (1 - value.probabilityDecided) * rest)
    }
}
