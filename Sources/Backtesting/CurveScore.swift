// Scores the forecasts of hidden ends: errors and coverage by source and by the fraction of the run that was shown. It
// also makes the choices that are tuned on the other sources.

import ScalingLaws

/// A final loss, or the ratio of two, with everything after a fraction of the run hidden.
struct HiddenEnd: Sendable {
    var source: String
    /// The recipe: runs of one family share what makes a forecast easy or hard.
    var family: String
    /// The fraction of the run that is shown.
    var fraction: Double
    /// The final loss, or the ratio of two.
    var truth: Double
}

/// A method's forecast of a hidden end.
struct EndForecast: Sendable {
    var point: Double
    var estimate: Estimate?

    init(_ point: Double) { self.point = point }

    init(_ estimate: Estimate) {
        point = estimate.point
        self.estimate = estimate
    }
}

enum CurveScore {
    /// The fractions of a run that are shown.
    static let fractions = [0.1, 0.2, 0.3, 0.5]

    /// The scores of one method.
    /// - Parameters:
    ///   - scored: the ends to score, as indices into `ends`.
    ///   - forecast: the forecast of the end at an index; nil where the method has none.
    static func method(
        _ name: String, of ends: [HiddenEnd], scored: [Int], _ forecast: @Sendable (Int) -> EndForecast?
    ) -> CurveReport.Method {
        let forecasts = inParallel(scored.count) { forecast(scored[$0]) }
        var byPlace: [String: [Double: [Scored]]] = [:]
        for (index, forecast) in zip(scored, forecasts) {
            guard let forecast else { continue }
            let end = ends[index]
            byPlace[end.source, default: [:]][end.fraction, default: []].append(Scored(end, forecast))
        }
        let sources = byPlace.mapValues { places in
            fractions.compactMap { fraction in places[fraction].map { figure(fraction, $0) } }
        }
        return CurveReport.Method(name: name, macro: macro(Array(sources.values)), sources: sources)
    }

    private struct Scored {
        var family: String
        var error: Double
        /// Whether the 50, 80 and 90 % intervals contain the truth; nil for a method without intervals.
        var inside: [Bool]?

        init(_ end: HiddenEnd, _ forecast: EndForecast) {
            family = end.family
            error = abs(forecast.point / end.truth - 1)
            inside = forecast.estimate.map { estimate in
                [estimate.interval50, estimate.interval80, estimate.interval90].map { $0.contains(end.truth) }
            }
        }
    }

    private static func figure(_ fraction: Double, _ all: [Scored]) -> CurveReport.Figure {
        let errors = all.map(\.error).sorted()
        func covered(_ k: Int) -> Double? {
            let known = all.compactMap { $0.inside?[k] }
            return known.isEmpty ? nil : Double(known.count { $0 }) / Double(known.count)
        }
        return CurveReport.Figure(
            fraction: fraction, forecasts: all.count,
            meanError: ScoredFigure(
                value: errors.mean, interval90: FamilyBootstrap.interval90OfMean(all.map { ($0.family, $0.error) })),
            medianError: Estimate(draws: errors).point, coverage50: covered(0), coverage80: covered(1),
            coverage90: covered(2))
    }

    private static func macro(_ sources: [[CurveReport.Figure]]) -> [CurveReport.Figure] {
        fractions.compactMap { fraction in
            let here = sources.compactMap { $0.first { $0.fraction == fraction } }
            guard !here.isEmpty else { return nil }
            func mean(_ value: (CurveReport.Figure) -> Double?) -> Double? {
                let known = here.compactMap(value)
                return known.isEmpty ? nil : known.mean
            }
            return CurveReport.Figure(
                fraction: fraction, forecasts: here.reduce(0) { $0 + $1.forecasts },
                meanError: ScoredFigure(value: mean { $0.meanError.value }),
                medianError: mean(\.medianError) ?? .nan, coverage50: mean(\.coverage50),
                coverage80: mean(\.coverage80), coverage90: mean(\.coverage90))
        }
    }
}

/// The choice that fits all other sources best, for each source that is left out, and the choice that fits all of them.
struct TunedChoice<Choice: Sendable>: Sendable {
    private let withoutSource: [String: Choice]
    let onAll: Choice

    /// Finds the choices with the best log score: the mean over the ends of a source, where a source of n ends counts
    /// √n. A single source cannot be left out; `shipped` is then used everywhere, as it is with `usesShipped`.
    init(
        _ ends: [HiddenEnd], among choices: [Choice], shipped: Choice, usesShipped: Bool,
        _ score: @Sendable (Int, Choice) -> Double?
    ) {
        let sizes = Dictionary(grouping: ends, by: \.source).mapValues { Double($0.count).squareRoot() }
        guard sizes.count > 1, !usesShipped else {
            onAll = shipped
            withoutSource = [:]
            return
        }
        let totals = inParallel(choices.count) { choice in
            ends.indices.reduce(into: [String: Double]()) { sums, index in
                sums[ends[index].source, default: 0] += score(index, choices[choice]) ?? 0
            }
        }
        func best(without left: String?) -> Choice {
            let sums = totals.map { own in
                sizes.keys.sorted().reduce(0) { $1 == left ? $0 : $0 + (own[$1] ?? 0) / (sizes[$1] ?? 1) }
            }
            return choices.indices.max { sums[$0] < sums[$1] }.map { choices[$0] } ?? shipped
        }
        withoutSource = Dictionary(uniqueKeysWithValues: sizes.keys.map { ($0, best(without: $0)) })
        onAll = best(without: nil)
    }

    func without(_ source: String) -> Choice { withoutSource[source] ?? onAll }
}
