// The end of a run forecast from its own start alone, for runs without a ladder. Several forms are fitted; each is
// weighted by how well its fit to the first half (in progress) of what was seen forecasts the second half.
// A falling learning rate lowers the loss more than any form in progress says. The sum of the learning rates therefore
// stands for progress, and what was annealed away by progress s is
//   κ A(s),  A(s) = Σ_k (η_{k−1} − η_k)/η_max (1 − exp(−(s − s_k)/τ)),  τ a twentieth of the run,
// in ln L. κ cannot be seen before the decay begins, so it is a constant with an uncertainty from public runs.
// Source: Tissue, Wang, Wang, "Scaling law with learning rate annealing", 2024, arXiv 2408.11029.

import Foundation

/// The learning rate over a whole run.
package struct AnnealingSchedule: Sendable {
    private let progress: [Double]
    /// Sum of the learning rates up to each place, in units of the largest rate.
    private let area: [Double]
    private let drops: [(place: Double, size: Double)]
    private let lag: Double

    /// `progress` ascends from above 0 to the planned end, with a rate ≥ 0 at every place; the result is nil otherwise.
    package init?(progress: [Double], rates: [Double]) {
        guard progress.count == rates.count, let end = progress.last, let first = progress.first, first > 0,
            let largest = rates.max(), largest > 0, rates.allSatisfy({ $0 >= 0 && $0.isFinite }), end.isFinite,
            zip(progress, progress.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.progress = progress
        let peak = rates.firstIndex(of: largest) ?? 0
        var area: [Double] = [], drops: [(Double, Double)] = [], sum = 0.0
        for index in progress.indices {
            sum += rates[index] / largest * (progress[index] - (index > 0 ? progress[index - 1] : 0))
            area.append(max(sum, progress[0] * 1e-6))
            if index > peak, rates[index] != rates[index - 1] {
                drops.append((progress[index], (rates[index - 1] - rates[index]) / largest))
            }
        }
        self.area = area
        self.drops = drops
        lag = end / 20
    }

    /// The sum of the learning rates up to `place`, which stands for progress.
    func effective(_ place: Double) -> Double {
        guard let after = progress.firstIndex(where: { $0 >= place }) else { return area[area.count - 1] }
        guard after > 0 else { return area[0] * place / progress[0] }
        let share = (place - progress[after - 1]) / (progress[after] - progress[after - 1])
        return area[after - 1] + share * (area[after] - area[after - 1])
    }

    /// A at `place`.
    func annealed(_ place: Double) -> Double {
        drops.reduce(0) { sum, drop in
            drop.place < place ? sum - drop.size * expm1(-(place - drop.place) / lag) : sum
        }
    }
}

/// The size of the errors of forecasts from one curve alone, fitted on public curves.
package struct ExtrapolationError: Codable, Sendable, Equatable {
    /// Standard deviation as a share of the decline that is forecast.
    package var perDecline: Double
    /// Standard deviation as a multiple of what the forms disagree by.
    package var perDisagreement: Double

    package init(perDecline: Double, perDisagreement: Double) {
        self.perDecline = perDecline
        self.perDisagreement = perDisagreement
    }

    /// The best values on eight public sources; LOG.md holds the scores.
    package static let shipped = ExtrapolationError(perDecline: 0.28, perDisagreement: 2)
}

/// The weighted forms of one curve.
package struct CurveExtrapolation: Sendable {
    /// κ and its standard deviation, in ln L per unit of A.
    private static let annealing = (mean: 0.04, deviation: 0.02)

    private let start: TrainingCurve
    private let schedule: AnnealingSchedule?
    private let forms: [(fit: FittedCurve, weight: Double)]
    /// Variance of one evaluation.
    private let roughness: Double

    /// It is nil with fewer than three points, or where no form can be fitted.
    package init?(_ start: TrainingCurve, schedule: AnnealingSchedule? = nil) {
        guard start.count >= 3 else { return nil }
        self.start = start
        self.schedule = schedule
        roughness = start.roughness(near: start.end)
        let places = start.progress.map { log(schedule?.effective($0) ?? $0) }
        let losses = zip(start.progress, start.logLosses).map {
            $1 + Self.annealing.mean * (schedule?.annealed($0) ?? 0)
        }
        let known = start.progress.prefix { $0 <= start.end / 2 }.count
        var forms: [(FittedCurve, Double)] = []
        for form in CurveForm.allCases {
            guard let whole = FittedCurve(form, logProgress: places, logLosses: losses) else { continue }
            var weight = 1.0
            if known >= 5,
                let half = FittedCurve(
                    form, logProgress: Array(places.prefix(known)), logLosses: Array(losses.prefix(known)))
            {
                let hidden = known..<start.count
                let square = hidden.reduce(0) { $0 + pow(half.logLoss(at: places[$1]) - losses[$1], 2) }
                weight = 1 / (square / Double(hidden.count) + 1e-6)
            }
            forms.append((whole, weight))
        }
        let total = forms.reduce(0) { $0 + $1.1 }
        guard total > 0, total.isFinite else { return nil }
        self.forms = forms.map { ($0.0, $0.1 / total) }
    }

    /// The weighted mean of ln L at `place`.
    package func logLoss(at place: Double) -> Double { moments(place).mean }

    /// The loss at the end of the run.
    package func forecast(end: Double, error: ExtrapolationError = .shipped) -> CurveForecast {
        let (mean, disagreement) = moments(end)
        let decline = mean - start.logLosses[start.count - 1]
        let annealing =
            Self.annealing.deviation
            * ((schedule?.annealed(end) ?? 0) - (schedule?.annealed(start.end) ?? 0))
        let form = error.perDecline * decline, spread = error.perDisagreement * disagreement
        let deviation = (form * form + spread * spread + annealing * annealing + 2 * roughness).squareRoot()
        // A fifth of the curves do something that no form foresees, so the second component is wide.
        return CurveForecast(
            logLoss: NormalMixture([
                .init(weight: 0.8, mean: mean, deviation: max(deviation, 1e-6)),
                .init(weight: 0.2, mean: mean, deviation: 3 * max(deviation, 1e-6)),
            ]), fraction: start.end / end, collapseResidual: nil)
    }

    private func moments(_ place: Double) -> (mean: Double, disagreement: Double) {
        let x = log(schedule?.effective(place) ?? place)
        let annealed = Self.annealing.mean * (schedule?.annealed(place) ?? 0)
        let values = forms.map { $0.fit.logLoss(at: x) - annealed }
        let mean = zip(forms, values).reduce(0) { $0 + $1.0.weight * $1.1 }
        let square = zip(forms, values).reduce(0) { $0 + $1.0.weight * ($1.1 - mean) * ($1.1 - mean) }
        return (mean, square.squareRoot())
    }
}
