// Which member of a family has the lowest loss at the target, named in several ways before the target is known.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

/// The scores of the ways to name the best member.
struct BestSettingScores {
    let rows: [SweepReport.BestSetting]

    private struct Answer {
        var lossGivenAway: Double
        var stepsOff: Double?
    }

    init(_ questions: [SweepQuestion]) {
        let names = ["pooled", "bestOfTopRung", "quadratic", "separatePowerLaws"]
        let answers = questions.map { question in
            let named = [
                question.held.bestBySurface, Self.bestOfTopRung(question.family), Self.quadratic(question.family),
                Self.byPowerLaws(question.family),
            ]
            return named.map { $0.flatMap { Self.answer(question.family, $0) } }
        }.filter { $0.allSatisfy { $0 != nil } }.map { $0.map { $0! } }
        rows =
            answers.isEmpty
            ? []
            : names.indices.map { method in
                let given = answers.map { $0[method].lossGivenAway }, surface = answers.map { $0[0].lossGivenAway }
                let steps = answers.compactMap { $0[method].stepsOff }
                let count = Double(answers.count)
                return SweepReport.BestSetting(
                    name: names[method], medianLossGivenAway: Estimate(draws: given).point,
                    meanLossGivenAway: given.mean,
                    meanStepsOff: steps.isEmpty ? nil : steps.mean,
                    worseThanPooled: Double(zip(given, surface).count { $0 > $1 }) / count,
                    betterThanPooled: Double(zip(given, surface).count { $0 < $1 }) / count)
            }
    }

    private static func answer(_ ladder: Ladder, _ chosen: Int) -> Answer? {
        let losses = ladder.target.points.map(\.meanLoss)
        guard let own = losses[chosen], let best = losses.compactMap({ $0 }).min(),
            let winner = losses.firstIndex(of: best)
        else { return nil }
        var steps: Double?
        if ladder.families[0].settings.count == 1 {
            let order = ladder.candidates.indices.sorted { value(ladder, $0) < value(ladder, $1) }
            steps = Double(abs((order.firstIndex(of: chosen) ?? 0) - (order.firstIndex(of: winner) ?? 0)))
        }
        return Answer(lossGivenAway: own / best - 1, stepsOff: steps)
    }

    /// The first setting of a member at the top rung, in the form in which it is compared.
    private static func value(_ ladder: Ladder, _ member: Int) -> Double {
        guard let top = ladder.rungs.last, let value = top.settings?[member]?.first else { return 0 }
        return ladder.families[0].settings[0].isLinear ? value : log(value)
    }

    /// The member with the lowest loss at the top rung.
    private static func bestOfTopRung(_ ladder: Ladder) -> Int? {
        guard let top = ladder.rungs.last else { return nil }
        return ladder.candidates.indices.filter { top.points[$0].meanLoss != nil }.min {
            top.points[$0].meanLoss! < top.points[$1].meanLoss!
        }
    }

    /// The member nearest to the vertex of the least-squares parabola through the best of the top rung and up to two
    /// neighbours on either side; the best itself with several settings, and where the parabola has no bottom.
    private static func quadratic(_ ladder: Ladder) -> Int? {
        guard let best = bestOfTopRung(ladder), let top = ladder.rungs.last, ladder.families[0].settings.count == 1
        else {
            return bestOfTopRung(ladder)
        }
        let order = ladder.candidates.indices.filter { top.points[$0].meanLoss != nil }.sorted {
            value(ladder, $0) < value(ladder, $1)
        }
        guard let place = order.firstIndex(of: best) else { return best }
        let near = order[max(0, place - 2)...min(order.count - 1, place + 2)].map { member in
            (x: value(ladder, member) - value(ladder, best), y: log(top.points[member].meanLoss!))
        }
        guard let vertex = vertex(near) else { return best }
        return order.min {
            abs(value(ladder, $0) - value(ladder, best) - vertex)
                < abs(value(ladder, $1) - value(ladder, best) - vertex)
        }
    }

    /// The bottom of the least-squares parabola; nil with fewer than three points, and where it opens downwards.
    private static func vertex(_ points: [(x: Double, y: Double)]) -> Double? {
        guard points.count >= 3 else { return nil }
        // The line is taken out first: x and x² are then orthogonalised to it one after the other.
        let x = points.map(\.x), y = points.map(\.y)
        let square = LeastSquaresLine(x, x.map { $0 * $0 }), line = LeastSquaresLine(x, y)
        var above = 0.0, below = 0.0
        for (x, y) in points {
            let rest = x * x - square.intercept - square.slope * x
            above += rest * (y - line.intercept - line.slope * x)
            below += rest * rest
        }
        guard below > 0, above > 0 else { return nil }
        let curvature = above / below
        return -(line.slope - curvature * square.slope) / (2 * curvature)
    }

    /// The member whose own power law is lowest at the target.
    private static func byPowerLaws(_ ladder: Ladder) -> Int? {
        let forecasts = ladder.candidates.indices.compactMap { member -> (member: Int, loss: Double)? in
            let seen = ladder.rungs.compactMap { rung in rung.points[member].meanLoss.map { (rung.scale, $0) } }
            guard seen.count >= 2, let law = PowerLaw.fit(scales: seen.map(\.0), losses: seen.map(\.1)) else {
                return nil
            }
            return (member, law.loss(at: ladder.target.scale))
        }
        return forecasts.min { $0.loss < $1.loss }?.member
    }
}
