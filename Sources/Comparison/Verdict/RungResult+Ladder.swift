// The results at one rung, made from its runs.

import ScalingLaws

extension RungResult {
    init(_ rung: LadderRung, _ names: [String], _ noise: LadderNoise, isTarget: Bool) {
        let candidates = rung.points.enumerated().map { index, points in
            let losses = points.compactMap(\.loss)
            let mean = points.meanLoss
            // The bottom of a valley has a deviation of its own.
            let own = isTarget ? nil : rung.deviations?[index]
            let sigma = own ?? noise.sigma(candidate: index, scale: rung.scale)
            let estimate = mean.flatMap { mean in
                sigma.map { Estimate(normalMean: mean, deviation: $0 / Double(losses.count).squareRoot()) }
            }
            return CandidateResult(
                candidate: names[index], runs: points.count, diverged: points.filter(\.diverged).count,
                meanLoss: mean, loss: estimate, losses: losses, seedDeviation: sigma)
        }
        self.init(
            label: rung.label, scale: rung.scale, tokens: rung.tokens, isTarget: isTarget, candidates: candidates)
    }
}
