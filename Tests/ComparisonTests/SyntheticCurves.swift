// Pairs of recipes with curves in closed form, whose runs at the target can be seen up to any evaluation.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

/// The number of pairs in the synthetic tests. SCALEBENCH_SYNTHETIC_PAIRS sets another one and prints the outcomes.
enum SyntheticPairs {
    private static let wanted = ProcessInfo.processInfo.environment["SCALEBENCH_SYNTHETIC_PAIRS"].flatMap { Int($0) }

    static func count(_ usual: Int) -> Int { wanted ?? usual }

    static func report(_ text: String) {
        if wanted != nil { print(text) }
    }
}

/// Two recipes on five rungs and a target. Losses are floor + amplitude · C^(−exponent) · f^(−rest) along the fraction
/// f of a schedule whose last third lowers them by a few percent more; every run has an offset and a drift of its own.
struct SyntheticCurves {
    struct Recipe {
        var amplitude: Double
        var exponent: Double
        var rest: Double
    }

    let recipes: [Recipe]
    /// Standard deviation of a run's final loss at the smallest rung, as a share of it.
    let noise: Double
    let points: Int
    let scales = [1.0, 3, 9, 27], target = 200.0
    private let offsets: [[[(offset: Double, drift: Double)]]]

    /// - Parameters:
    ///   - spread: standard deviation of the recipes' difference at the target, as a share of the reducible loss.
    ///   - shape: standard deviation of the difference of their curves' exponents.
    init(
        spread: Double, noise: Double = 0.002, shape: Double = 0.03, points: Int = 10, using generator: inout SplitMix
    ) {
        self.noise = noise
        self.points = points
        let exponent = 0.05 + 0.1 * generator.uniform()
        let a = Recipe(amplitude: 2, exponent: exponent, rest: 0.25)
        let tilt = 0.004 * generator.normal()
        let b = Recipe(
            amplitude: 2 * exp(spread * generator.normal()) * pow(target, tilt), exponent: exponent + tilt,
            rest: 0.25 + shape * generator.normal())
        recipes = [a, b]
        var draws: [[[(Double, Double)]]] = []
        for scale in scales + [target] {
            let here = noise * pow(scale, -0.3), seeds = scale == target ? 1 : 3
            draws.append(
                (0...1).map { _ in
                    (0..<seeds).map { _ in (here * generator.normal(), here * generator.normal()) }
                })
        }
        offsets = draws
    }

    private func loss(_ place: Int, _ arm: Int, _ seed: Int, _ fraction: Double) -> Double {
        let own = offsets[place][arm][seed]
        return expectedLoss(place, arm, fraction) * (1 + own.offset + own.drift * (1 - fraction))
    }

    private func expectedLoss(_ place: Int, _ arm: Int, _ fraction: Double) -> Double {
        let recipe = recipes[arm], scale = (scales + [target])[place]
        let decay = 0.06 * max(0, (fraction - 0.67) / 0.33)
        return (1 + recipe.amplitude * pow(scale, -recipe.exponent) * pow(fraction, -recipe.rest)) * (1 - decay)
    }

    private func run(_ place: Int, _ arm: Int, _ seed: Int, seen: Int) -> RunCurve {
        let fractions = (1...seen).map { Double($0) / Double(points) }
        let losses = fractions.map { loss(place, arm, seed, $0) }
        return RunCurve(
            curve: try! TrainingCurve(progress: fractions, losses: losses),
            finalLoss: seen == points ? losses[seen - 1] : nil)
    }

    /// The ladder, with `seen` evaluations of each run at the target; with all `points` of them the runs are finished.
    func ladder(seen: Int) -> Ladder {
        func rung(_ place: Int, _ scale: Double) -> LadderRung {
            let runs = [0, 1].map { arm in
                offsets[place][arm].indices.map { seed in
                    let curve = run(place, arm, seed, seen: points)
                    return ScalingPoint(
                        seed: "\(seed)", loss: curve.finalLoss, runID: RunID(rawValue: "\(place) \(arm) \(seed)"),
                        curve: curve)
                }
            }
            return LadderRung(label: "rung \(place)", scale: scale * 1e12, flops: scale * 1e12, points: runs)
        }
        var target = rung(scales.count, self.target)
        if seen < points { target.points = [[], []] }
        return Ladder(
            axis: .flops, candidates: ["a", "b"], rungs: scales.enumerated().map { rung($0.offset, $0.element) },
            target: target,
            begun: [0, 1].map { arm in seen > 0 ? run(scales.count, arm, 0, seen: seen) : nil })
    }

    /// The gap at the target over seeds, as a share of the smaller loss.
    var expectedGapShare: Double {
        let a = expectedLoss(scales.count, 0, 1), b = expectedLoss(scales.count, 1, 1)
        return (b - a) / min(a, b)
    }

    /// Loss of B − loss of A of the finished runs at the target.
    var finalGap: Double { loss(scales.count, 1, 0, 1) - loss(scales.count, 0, 0, 1) }
}
