// The cheapest ways to be surer: what more runs at each rung, a new rung below the target, the start of the runs at the
// target, or the whole of them are expected to bring. The probability is that of the verdict, for one run of each at the
// target with its seed noise.

import ScalebenchCore
import ScalingLaws

extension ProposedRun {
    /// Runs of each candidate that are considered, fewest first.
    static let counts = [2, 4, 8]
    /// Runs that add less to the probability of a right decision, and decide with less, are not worth a line.
    private static let smallestGain = 0.01, smallestChance = 0.1
    /// Of a schedule: shares fall between steps, so that what has come to one may lie a little below it.
    private static let smallestPart = 0.01

    /// More runs at every rung, at a new rung half-way (in log scale) between the top rung and the target, and at the
    /// target up to several shares, of which each helps more than the smaller ones: the fewest at each place that help,
    /// best worth for its scale first.
    static func candidates(
        _ pair: PairLadder, _ posterior: GapPosterior, _ forecast: GapForecast, decisive: Double
    ) -> [ProposedRun] {
        guard let top = pair.rungs.last else { return [] }
        var options = pair.rungs.indices.filter { !pair.rungs[$0].a.isEmpty && !pair.rungs[$0].b.isEmpty }.compactMap {
            fewest(at: Place(pair, rung: $0), pair, posterior, decisive: decisive)
        }
        let middle = (top.rung.scale * pair.targetScale).squareRoot()
        if pair.target.a.isEmpty || pair.target.b.isEmpty {
            let place = Place(
                label: "a new rung at \(Quantity.short(middle)) \(pair.axis.unit)"
                    + (pair.tokensLikeTarget(at: middle).map { ", \(Quantity.short($0)) tokens" } ?? ""), scale: middle,
                flops: pair.axis == .flops ? middle : nil)
            options += [fewest(at: place, pair, posterior, decisive: decisive)].compactMap { $0 }
            var most = 0.0
            for share in pair.targetFractions {
                guard let run = target(upTo: share, pair, posterior, forecast, decisive: decisive),
                    run.worth >= most + smallestGain
                else { continue }
                most = run.worth
                options.append(run)
            }
        }
        return options.sorted { $0.worthPerScale > $1.worthPerScale }
    }

    /// Where runs could be made.
    struct Place {
        var label: String
        var scale: Double
        /// Of one run; without tokens it is trained as the target is.
        var tokens: Double?
        /// That one run has still to come.
        var flops: Double?
        /// Of the losses of equal seeds; nil where it is not known.
        var seedCorrelation: Double?
        /// From and up to which share of their schedule the runs are trained.
        var fromFraction = 0.0, toFraction = 1.0
    }

    /// The fewest runs at a place below the target that help; nil where not even eight of each do.
    /// - Parameters:
    ///   - counts: runs of each candidate that are considered, fewest first.
    ///   - decisive: the probability of a winner that decides.
    static func fewest(
        at place: Place, counts: [Int] = counts, _ pair: PairLadder, _ posterior: GapPosterior, decisive: Double
    ) -> ProposedRun? {
        let sigma = pair.sigma(at: place.scale), targetSigma = pair.sigmaAtTarget
        for count in counts {
            let runs = PossibleRuns(
                scale: place.scale, tokens: place.tokens, runsA: count, runsB: count, sigmaA: sigma.a, sigmaB: sigma.b,
                seedCorrelation: place.seedCorrelation ?? 0)
            let worth = posterior.value(
                of: runs, at: pair.targetScale, sigmaA: targetSigma.a, sigmaB: targetSigma.b, decisive: decisive)
            if let run = ProposedRun(place, count, pair, posterior, worth) { return run }
        }
        return nil
    }

    /// The one run of each at the target, from where they are up to a share of their schedule; nil where that does not
    /// help, or no smaller rung has curves to forecast the rest by.
    /// - Parameter forecast: of the target, as it stands.
    static func target(
        upTo share: Double, _ pair: PairLadder, _ posterior: GapPosterior, _ forecast: GapForecast, decisive: Double
    ) -> ProposedRun? {
        let rung = pair.target.rung, sigma = pair.sigmaAtTarget
        let seen = pair.seenOfTarget, from = min(seen.a, seen.b)
        guard share > from + smallestPart, let news = pair.addedMeasurementAtTarget(upTo: share, forecast) else {
            return nil
        }
        let runs = PossibleRuns(scale: pair.targetScale, runsA: 1, runsB: 1, sigmaA: news.a, sigmaB: news.b)
        let worth = posterior.value(
            of: runs, at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b, decisive: decisive)
        var place = Place(
            label: "\(from > 0 && share == 1 ? "the rest of " : "")the target\(part(share)), \(rung.label)",
            scale: pair.targetScale, fromFraction: from, toFraction: share)
        // Of the mean of the two, one of which may have come further.
        place.flops = rung.flops.map { $0 * (max(0, share - seen.a) + max(0, share - seen.b)) / 2 }
        return ProposedRun(place, 1, pair, posterior, worth)
    }

    /// ` up to 30 %` of the schedule; nothing for the whole of it.
    static func part(_ share: Double) -> String { share < 1 ? " up to \(Int((100 * share).rounded())) %" : "" }

    /// What the expected probability would be if the expected gap at the target were known exactly: seed noise there
    /// is then all that is left.
    static func probabilityWithKnownGap(_ pair: PairLadder, _ posterior: GapPosterior) -> Double {
        let sigma = pair.assumedSigmaAtTarget
        return posterior.value(
            of: PossibleRuns(scale: pair.targetScale, runsA: 1, runsB: 1, sigmaA: 0, sigmaB: 0), at: pair.targetScale,
            sigmaA: sigma.a, sigmaB: sigma.b, decisive: 1
        ).probabilityRight
    }

    /// Nil where they bring too little.
    private init?(
        _ place: Place, _ count: Int, _ pair: PairLadder, _ posterior: GapPosterior, _ worth: ValueOfRuns
    ) {
        let sigma = pair.sigmaAtTarget
        let now = posterior.probabilityOfRightDecision(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b)
        guard worth.probabilityRight - now >= Self.smallestGain || worth.probabilityDecided >= Self.smallestChance
        else { return nil }
        self.init(
            label: place.label, scale: place.scale, runsPerCandidate: count, fromFraction: place.fromFraction,
            toFraction: place.toFraction,
            flops: place.flops.map { $0 * Double(2 * count) },
            probabilityRightNow: now,
            probabilityRightAfter: worth.probabilityRight,
            probabilityDecided: worth.probabilityDecided)
    }

    /// What the runs add to the probability of a right decision, and the chance that they decide. Either alone misleads:
    /// few runs decide at once, and runs that will confirm the leader add little to what is expected already.
    var worth: Double { probabilityRightAfter - probabilityRightNow + probabilityDecided }

    /// The axis stands for the cost, which is not always known.
    private var worthPerScale: Double { worth / (scale * Double(runsPerCandidate) * (toFraction - fromFraction)) }
}

extension ProposedRun.Place {
    init(_ pair: PairLadder, rung index: Int) {
        let rung = pair.rungs[index].rung
        self.init(
            label: rung.label, scale: rung.scale, tokens: rung.tokens, flops: rung.flops,
            seedCorrelation: pair.seedCorrelations[index])
    }
}
