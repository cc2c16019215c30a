// Training curves with a known end, read from tables. The forecasts of a run's end are scored on them. The columns are
// loss, and step or tokens; candidate (or config) and params where runs form ladders; source, seed, lr and split where
// there are any. Losses of one source, config and split over several sizes are a ladder.

package import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

/// One finished run.
struct RecordedCurve: Sendable {
    var source: String
    /// The recipe: runs of one family share what makes a forecast easy or hard.
    var config: String
    /// The part of the data that was measured, or "fit" and "heldout" where the table says which part is to be
    /// forecast.
    var split: String
    var seed: String
    /// The model's parameters; nil where they are not known.
    var scale: Double?
    var curve: TrainingCurve
    /// The learning rate at every point; nil where it is not known.
    var rates: [Double]?
    /// The final loss where it was measured on other data than the curve; else nil.
    var finalLoss: Double?

    /// The loss with which a forecast of the end is compared.
    var truth: Double { finalLoss ?? curve.losses[curve.count - 1] }
}

/// The finished runs of one recipe at ascending sizes.
struct CurveLadder: Sendable {
    var source: String
    var config: String
    /// The metric; only losses of one metric can be compared.
    var metric: String
    var rungs: [Rung]

    struct Rung: Sendable {
        var scale: Double
        /// The runs of the rung, at least one. Where the rung's end is hidden, the first run is the one to forecast.
        var runs: [RecordedCurve]

        /// The curves from which larger rungs are forecast.
        var curves: CurveRung {
            let results = runs.compactMap(\.finalLoss)
            return CurveRung(
                scale: scale, curves: runs.map(\.curve), finalLosses: results.count == runs.count ? results : nil)
        }
    }
}

/// Every curve of some tables.
package struct CurveTable: Sendable {
    private(set) var curves: [RecordedCurve] = []

    package init() {}

    /// Curves of fewer points are left out, because they do not show their shape.
    static let fewestPoints = 10
    /// Runs whose ends lie within this factor of each other are taken to follow one schedule and to have been stopped
    /// at different steps.
    private static let sameSchedule = 1.15

    /// Whether a table has the columns of curves.
    package static func describes(_ table: LossTable) -> Bool {
        table.has(.loss) && !table.has(.scale) && (table.has(.step) || table.has(.tokens))
    }

    /// Adds the curves of a table. Points without a positive loss are skipped. So are runs that end at a higher loss
    /// than they began with, because they diverged.
    /// - Throws: `invalidInput` for missing columns or a progress that is not a number.
    package mutating func add(_ table: LossTable) throws {
        let progress = [LossColumn.step, .tokens].filter(table.has)
        guard table.has(.loss), !progress.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "no curves in this table", at: "\(table.file):1",
                hint:
                    "columns needed: loss, and step or tokens; used if present: source, config, params, seed, lr, split"
            )
        }
        var order: [[String]] = []
        var points: [[String]: [(place: Double, loss: Double, rate: Double?)]] = [:]
        for row in table.rows {
            guard let text = progress.lazy.compactMap({ table.text($0, row) }).first(where: { !$0.isEmpty }) else {
                continue
            }
            guard let place = Double(text), place.isFinite else {
                throw ScalebenchError(
                    .invalidInput, "progress \"\(text)\" is not a number", at: "\(table.file):\(row.line)")
            }
            guard place > 0, let loss = table.numberIfPositive(.loss, row) else { continue }
            let key = [LossColumn.source, .candidate, .parameters, .seed, .split].map { table.text($0, row) ?? "" }
            if points[key] == nil { order.append(key) }
            points[key, default: []].append((place, loss, table.text(.learningRate, row).flatMap { Double($0) }))
        }
        curves += order.compactMap { Self.curve($0, points[$0] ?? [], file: table.file) }
    }

    private static func curve(
        _ key: [String], _ points: [(place: Double, loss: Double, rate: Double?)], file: String
    ) -> RecordedCurve? {
        var kept: [(place: Double, loss: Double, rate: Double?)] = []
        for point in points.sorted(by: { $0.place < $1.place }) where kept.last.map({ $0.place < point.place }) ?? true
        {
            kept.append(point)
        }
        guard let first = kept.first, let last = kept.last, last.loss < first.loss || key[4] == "heldout",
            let curve = try? TrainingCurve(progress: kept.map(\.place), losses: kept.map(\.loss))
        else { return nil }
        let rates = kept.compactMap(\.rate)
        return RecordedCurve(
            source: key[0].isEmpty ? file : key[0], config: key[1], split: key[4], seed: key[3], scale: Double(key[2]),
            curve: curve, rates: rates.count == kept.count ? rates : nil)
    }

    /// Curves that are long enough and not split into a part to fit and a part to forecast.
    var whole: [RecordedCurve] {
        curves.filter { $0.curve.count >= Self.fewestPoints && $0.split != "fit" && $0.split != "heldout" }
    }

    /// Tasks with a part to fit and a part to forecast.
    var tasks: [(fit: RecordedCurve, hidden: RecordedCurve)] {
        let hidden = Dictionary(
            curves.filter { $0.split == "heldout" }.map { ($0.source + "\u{0}" + $0.config, $0) },
            uniquingKeysWith: { first, _ in first })
        return curves.filter { $0.split == "fit" }.compactMap { fit in
            hidden[fit.source + "\u{0}" + fit.config].map { (fit, $0) }
        }
    }

    /// Ladders of at least three sizes. Where one seed has several sizes, it is a ladder of its own. Otherwise seeds
    /// are replicates, and the longest run of each size is taken.
    var ladders: [CurveLadder] {
        let sized = whole.filter { $0.scale.map { $0 > 0 } ?? false }
        let families = Dictionary(grouping: sized) { [$0.source, $0.config, $0.split] }
        return families.keys.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { key -> [CurveLadder] in
            let family = families[key] ?? []
            let bySeed = Dictionary(grouping: family, by: \.seed)
            let isLadderEach = bySeed.values.contains { Set($0.compactMap(\.scale)).count > 1 }
            let groups = isLadderEach ? bySeed.keys.sorted().map { bySeed[$0] ?? [] } : [family]
            return groups.compactMap { Self.ladder(key, $0) }
        }
    }

    private static func ladder(_ key: [String], _ runs: [RecordedCurve]) -> CurveLadder? {
        let bySize = Dictionary(grouping: runs) { $0.scale ?? 0 }
        var rungs = bySize.keys.sorted().compactMap { size in
            bySize[size]?.max { $0.curve.count < $1.curve.count }.map { CurveLadder.Rung(scale: size, runs: [$0]) }
        }
        guard rungs.count >= 3 else { return nil }
        // Runs of one schedule that were stopped at different steps are cut at the shortest, so that equal fractions
        // are equal steps.
        let ends = rungs.map(\.runs[0].curve.end)
        if let shortest = ends.min(), let longest = ends.max(), longest < sameSchedule * shortest {
            rungs = rungs.compactMap { rung in
                rung.runs[0].curve.upTo(shortest * (1 + 1e-4)).map { curve in
                    var cut = rung
                    cut.runs[0].curve = curve
                    cut.runs[0].rates = rung.runs[0].rates.map { Array($0.prefix(curve.count)) }
                    return cut
                }
            }
        }
        return CurveLadder(source: key[0], config: key[1], metric: key[2], rungs: rungs)
    }
}
