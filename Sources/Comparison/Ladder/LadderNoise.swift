// The seed noise of a ladder, pooled over candidates and rungs where the data allow it.

import ScalebenchCore
import ScalingLaws

/// The standard deviation of one run's final loss, by candidate and scale.
struct LadderNoise: Sendable {
    let pooled: SeedNoise

    init(_ ladder: Ladder) {
        var groups: [SeedGroup] = []
        for rung in ladder.rungs + [ladder.target] {
            // Runs that an earlier candidate of the rung has contributed must not count twice. Equal runs begin with equal
            // losses, so only candidates that do are compared.
            var seen: [Double?: [Int]] = [:]
            for (index, points) in rung.points.enumerated() {
                let alike = seen[points.first?.loss, default: []]
                if alike.contains(where: { points.areIdentical(to: rung.points[$0]) }) { continue }
                seen[points.first?.loss, default: []].append(index)
                groups.append(SeedGroup(candidate: index, scale: rung.scale, losses: points.compactMap(\.loss)))
            }
        }
        pooled = SeedNoise(groups: groups)
    }

    /// The seed noise of one run; nil where no rung has two seeds of one candidate. The gap model's misfit then stands
    /// for the noise, as in the public ladders that it was scored on.
    func sigma(candidate: Int, scale: Double) -> Double? {
        pooled.replicatedGroups > 0 ? pooled.sigma(at: scale, candidate: candidate) : nil
    }

    /// The same, with the noise of public ladders where nothing of this one's noise is known.
    func assumedSigma(candidate: Int, scale: Double) -> Double { pooled.sigma(at: scale, candidate: candidate) }
}
