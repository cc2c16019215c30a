// The cheapest ways to be surer: what more runs at each rung, or a new rung below the target, are expected to bring.

package import ScalebenchCore
import ScalingLaws

/// A few runs that would make the verdict surer.
package struct NextRun: Codable, Sendable {
    package var label: String
    package var scale: Double
    package var runsPerCandidate: Int
    /// Training FLOPs of all these runs together; null where a run's cost is unknown.
    @OrNull package var flops: Double?
    /// Expected probability that the likelier winner is the right one, now and after these runs.
    package var probabilityRightNow: Double
    package var probabilityRightAfter: Double
}

extension NextRun {
    /// Runs of each candidate that are considered, fewest first.
    private static let counts = [2, 4, 8]
    /// Gains below this are not worth a line.
    private static let smallestGain = 0.01

    /// More runs at every rung, and at a new rung half-way (in log scale) between the top rung and the target: the
    /// fewest at each place that help, best gain per FLOP first (per run where FLOPs are unknown).
    static func candidates(_ pair: PairLadder, _ posterior: GapPosterior) -> [NextRun] {
        guard let top = pair.rungs.last else { return [] }
        var options = pair.rungs.filter { !$0.a.isEmpty && !$0.b.isEmpty }.compactMap {
            fewest(at: Place($0.rung), pair, posterior)
        }
        let middle = (top.rung.scale * pair.targetScale).squareRoot()
        if pair.target.a.isEmpty || pair.target.b.isEmpty {
            let place = Place(
                label: "a new rung at \(Quantity.short(middle)) \(pair.axis.unit)"
                    + (pair.tokensLikeTarget(at: middle).map { ", \(Quantity.short($0)) tokens" } ?? ""), scale: middle,
                flops: pair.axis == .flops ? middle : nil)
            options += [fewest(at: place, pair, posterior)].compactMap { $0 }
        }
        return options.sorted { $0.gainPerCost > $1.gainPerCost }
    }

    /// Where runs could be made.
    struct Place {
        var label: String
        var scale: Double
        /// Of one run; without tokens it is trained as the target is.
        var tokens: Double?
        var flops: Double?
    }

    /// The fewest runs at `place` that help; nil where not even eight of each do.
    /// - Parameter counts: runs of each candidate that are considered, fewest first.
    static func fewest(
        at place: Place, counts: [Int] = counts, _ pair: PairLadder, _ posterior: GapPosterior
    ) -> NextRun? {
        let now = posterior.probabilityOfRightDecision(at: pair.targetScale)
        let sigma = pair.sigma(at: place.scale)
        for count in counts {
            let runs = NextRuns(
                scale: place.scale, tokens: place.tokens, runsA: count, runsB: count, sigmaA: sigma.a, sigmaB: sigma.b)
            let after = posterior.probabilityAfter(adding: runs, target: pair.targetScale)
            guard after - now >= smallestGain else { continue }
            return NextRun(
                label: place.label, scale: place.scale, runsPerCandidate: count,
                flops: place.flops.map { $0 * Double(2 * count) }, probabilityRightNow: now,
                probabilityRightAfter: after)
        }
        return nil
    }

    var gain: Double { probabilityRightAfter - probabilityRightNow }

    private var gainPerCost: Double {
        gain / (flops ?? Double(runsPerCandidate))
    }
}

extension NextRun.Place {
    init(_ rung: LadderRung) { self.init(label: rung.label, scale: rung.scale, tokens: rung.tokens, flops: rung.flops) }
}
