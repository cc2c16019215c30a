// Losses fall with scale. A metric of unknown name that rises in every candidate is no loss.

import Foundation
import ScalingLaws

/// Looks at the values of a metric along the scale.
enum RisingMetric {
    /// Runs of one candidate below which a rise may be chance, and the correlation with ln scale from which it counts.
    private static let fewestRuns = 3, leastCorrelation = 0.5

    /// Whether the losses of every candidate rise with scale.
    static func rises(_ map: ColumnMap, _ rows: [LossTable.Row], _ marks: DecimalMarks) -> Bool {
        let scales = [LossColumn.scale, .flops, .parameters, .tokens].compactMap { map.places[$0] }
        guard let loss = map.places[.loss], let scale = scales.first else { return false }
        var points: [String: [(scale: Double, loss: Double)]] = [:]
        for row in rows {
            guard let size = TableNumber(row.cells[scale], decimal: marks[scale], takesSuffix: true)?.value, size > 0,
                let value = TableNumber(row.cells[loss], decimal: marks[loss])?.value, value.isFinite
            else { continue }
            points[map.places[.candidate].map { row.cells[$0] } ?? "", default: []].append((log(size), value))
        }
        return !points.isEmpty
            && points.values.allSatisfy { $0.count >= fewestRuns && correlation($0) > leastCorrelation }
    }

    private static func correlation(_ points: [(scale: Double, loss: Double)]) -> Double {
        let scales = points.map(\.scale), losses = points.map(\.loss), x = scales.mean, y = losses.mean
        let products = zip(scales, losses).map { ($0 - x) * ($1 - y) }.mean
        let squares = scales.map { ($0 - x) * ($0 - x) }.mean * losses.map { ($0 - y) * ($0 - y) }.mean
        return squares > 0 ? products / squares.squareRoot() : 0
    }
}
