// Gaps at the end of public runs, forecast from the start of both (skipped where the curves are absent). Any two
// recipes of one source that were trained at three or more sizes are a pair; what the largest size shows after the
// given fraction of the schedule is hidden.

import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct PairedCurvesTests {
    private static let folder = PublicDecisions.folder?.deletingLastPathComponent().appending(path: "public")

    /// Whole curves by recipe and size.
    private typealias Curves = [String: [Double: TrainingCurve]]

    private static func curves(_ source: String) throws -> Curves {
        let file = try #require(folder).appending(path: "\(source)/curves.csv.gz").path
        let table = try DelimitedText(try PublicDecisions.unpacked(file), file: file)
        func column(_ name: String) throws -> Int { try #require(table.header.firstIndex(of: name)) }
        let config = try column("config"), size = try column("params"), seed = try column("seed")
        let step = try column("step"), loss = try column("loss"), split = try column("split")
        var points: [String: [Double: [(step: Double, loss: Double)]]] = [:]
        for (_, cells) in table.rows {
            guard let size = Double(cells[size]), let step = Double(cells[step]), let loss = Double(cells[loss]),
                step > 0, loss > 0
            else { continue }
            // The ladder of OLMo has one recipe at several lengths, named by the seed; elsewhere seeds are replicates.
            let isOLMo = source == "olmo_ladder"
            if isOLMo, !["c4", "pile", "wikitext"].contains(where: cells[split].contains) { continue }
            let name = isOLMo ? "\(cells[split]) \(cells[seed])" : cells[config]
            points[name, default: [:]][size, default: []].append((step, loss))
        }
        return points.mapValues(whole)
    }

    /// The curves by size, without repeated steps and runs that diverged.
    private static func whole(_ points: [Double: [(step: Double, loss: Double)]]) -> [Double: TrainingCurve] {
        let curves = points.compactMapValues { points -> TrainingCurve? in
            var kept: [(step: Double, loss: Double)] = []
            for point in points.sorted(by: { $0.step < $1.step }) where point.step > kept.last?.step ?? 0 {
                kept.append(point)
            }
            guard kept.count >= 10, kept[kept.count - 1].loss < kept[0].loss else { return nil }
            return try? TrainingCurve(progress: kept.map(\.step), losses: kept.map(\.loss))
        }
        // The runs have one schedule but stop a little apart; only the part that all have is at equal fractions.
        let ends = curves.values.map(\.end), shortest = ends.min() ?? 0
        return (ends.max() ?? 0) < 1.15 * shortest ? curves.compactMapValues { $0.upTo(shortest * 1.0001) } : curves
    }

    private struct Forecast: Sendable {
        var error: Double
        var isInside: Bool
    }

    private static func forecasts(_ curves: Curves, at fraction: Double) -> [Forecast] {
        let names = curves.keys.sorted()
        // With many recipes, each is paired with a few others: all pairs would say the same hundreds of times.
        let steps = names.count < 20 ? Array(1..<max(names.count, 2)) : [1, 5, 11]
        let pairs = names.indices.flatMap { first in
            steps.compactMap { first + $0 < names.count ? (names[first], names[first + $0]) : nil }
        }.filter { $0.split(separator: " ").first == $1.split(separator: " ").first || !$0.contains(" ") }
        return inParallel(pairs.count) { index in
            let a = curves[pairs[index].0] ?? [:], b = curves[pairs[index].1] ?? [:]
            let sizes = a.keys.filter { b[$0] != nil }.sorted()
            return sizes.indices.dropFirst(2).compactMap { forecast(a, b, Array(sizes[...$0]), at: fraction) }
        }.flatMap { $0 }
    }

    /// The forecast at the largest of `sizes` from the others.
    private static func forecast(
        _ a: [Double: TrainingCurve], _ b: [Double: TrainingCurve], _ sizes: [Double], at fraction: Double
    ) -> Forecast? {
        let size = sizes[sizes.count - 1]
        let smaller = sizes.dropLast().map { size in
            PairedCurves(
                scale: size, a: CurveRung(scale: size, curve: a[size]!), b: CurveRung(scale: size, curve: b[size]!))
        }
        guard let wholeA = a[size], let wholeB = b[size], let startA = wholeA.upTo(fraction * wholeA.end),
            let startB = wholeB.upTo(fraction * wholeB.end),
            let forecast = try? PairedTemplate(smaller).forecast(
                a: StartedCurve(start: startA, end: wholeA.end), b: StartedCurve(start: startB, end: wholeB.end),
                scale: size)
        else { return nil }
        let truth = log(wholeB.losses[wholeB.count - 1] / wholeA.losses[wholeA.count - 1])
        let interval = (forecast.logLoss.quantile(0.05), forecast.logLoss.quantile(0.95))
        return Forecast(
            error: abs(forecast.logLoss.quantile(0.5) - truth),
            isInside: interval.0 <= truth && truth <= interval.1)
    }

    @Test(
        .enabled(if: PublicDecisions.folder != nil),
        arguments: [("multipowerlaw", 0.002), ("deepmind_routing", 0.003), ("olmo_ladder", 0.004)])
    func gapsAtTheEndAreForecast(source: String, bar: Double) throws {
        let curves = try Self.curves(source)
        for fraction in [0.3, 0.5] {
            let forecasts = Self.forecasts(curves, at: fraction)
            #expect(forecasts.count >= 15)
            let error = forecasts.reduce(0) { $0 + $1.error } / Double(forecasts.count)
            let inside = Double(forecasts.filter(\.isInside).count) / Double(forecasts.count)
            #expect(error < bar)
            #expect(inside > 0.82)
        }
    }
}
