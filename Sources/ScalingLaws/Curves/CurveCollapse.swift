// Whether the loss curves of one recipe have the same shape at every scale. In a recipe that scales well, normalised
// curves of all scales fall on one another (Qiu et al., "Scaling collapse reveals universal dynamics in
// compute-optimally trained neural networks", 2025, arXiv 2507.02119).
//
// Their normalisation (L(t) − E)/(L(T) − E) assumes that every scale is trained compute-optimally. On a ladder of equal
// tokens the larger models are further from their end, so that they fall by more. Therefore the size of the fall is
// divided out as well: with y(f) = ln (L(fT) − E) − ln (L(T) − E) over the second half of the schedule and its mean a
// there, the shape is y/a.
//   run r at rung i:   y_r = a_r s_i + noise,  noise covariance S, pooled over the rungs with several seeds
//   reference:         s = Σ a_r y_r / Σ a_r²  over the runs of the smaller rungs that collapse
//   deviation:         d_i = mean (y_r − a_r s),  Var d_i = c S,  c = 1/n_i + a_i² / Σ a_r²
//   test:              |d_i|² / (c tr S) ~ F(h, h ν),  h = (tr S)² / tr S²,  ν degrees of freedom of S
// which is the functional F-test (Shen & Faraway, "An F test for linear models with functional responses", Statistica
// Sinica 14, 2004).

import Foundation

/// The loss curves of one recipe at all scales, compared by their shapes.
package struct CurveCollapse: Sendable {
    /// The fractions of the schedule at which curves are compared.
    package static let fractions = (10..<20).map { Double($0) / 20 }

    /// A smaller deviation, as a share of the fall, is not bad scaling: the shapes of good recipes drift by a tenth.
    package static let smallestBadResidual = 0.15
    /// The nominal probability of calling any rung of a recipe bad whose curves differ by their seeds alone. With few seeds
    /// or much noise the test is somewhat too ready; at this level the true probability stays below 0.05.
    package static let level = 0.02

    /// One scale.
    package struct Rung: Sendable {
        /// The mean of y over the second half: by what share the loss above the floor is yet to fall there. It is negative
        /// where the loss rises.
        package var fall: Double
        /// y/a at every fraction, the mean over runs; nil unless the loss falls.
        package var shape: [Double]?
        /// The root mean square deviation from the shape of the smaller rungs, as a share of the fall.
        package var residual: Double?
        /// What `residual` would be on average if seeds alone made curves differ.
        package var seedSpread: Double?
        /// The probability of a residual as large as this by seeds alone.
        package var probability: Double?
        /// Whether the curves fall on those of the smaller rungs; nil where that is not known.
        package var collapses: Bool?
        /// Whether the loss rises over the second half by more than seeds explain.
        package var rises = false
    }

    /// The scales in the order given; nil where no curve can be used.
    package private(set) var rungs: [Rung?]

    /// - Parameters:
    ///   - curves: by scale, smallest first, the curve of every finished run; progress is the fraction of the schedule.
    ///   - floor: the irreducible loss on the data of the curves; 0 where it is not known.
    package init(_ curves: [[TrainingCurve]], floor: Double) {
        let groups = curves.map { curves in curves.compactMap { Fall($0, floor: floor) } }
        let noise = ShapeNoise(groups.filter { !$0.isEmpty && $0.map(\.mean).mean > 0 })
        rungs = groups.map { group in
            guard !group.isEmpty else { return nil }
            let fall = group.map(\.mean).mean
            return Rung(fall: fall, shape: fall > 0 ? meanFall(group).map { $0 / fall } : nil)
        }
        markRises(groups)
        if let noise { markDeviations(groups, noise) }
    }

    private mutating func markRises(_ groups: [[Fall]]) {
        let replicated = groups.filter { $0.count > 1 }
        let degrees = replicated.reduce(0) { $0 + $1.count - 1 }
        guard degrees > 0 else { return }
        let squares = replicated.reduce(0.0) { $0 + $1.map(\.mean).variance * Double($1.count - 1) }
        let deviation = (squares / Double(degrees)).squareRoot()
        for index in rungs.indices {
            guard let fall = rungs[index]?.fall, fall < 0 else { continue }
            rungs[index]?.rises = fall < -3 * deviation / Double(groups[index].count).squareRoot()
        }
    }

    private mutating func markDeviations(_ groups: [[Fall]], _ noise: ShapeNoise) {
        let falling = groups.indices.filter { rungs[$0].map { $0.fall > 0 } ?? false }
        guard let first = falling.first, falling.count > 1 else { return }
        let level = Self.level / Double(falling.count - 1)
        var reference = groups[first]
        for index in falling.dropFirst() {
            let weight = reference.reduce(0) { $0 + $1.mean * $1.mean }
            let shape = Self.fractions.indices.map { place in
                reference.reduce(0) { $0 + $1.mean * $1.values[place] } / weight
            }
            let fall = rungs[index]!.fall, count = Double(groups[index].count)
            let deviation = zip(meanFall(groups[index]), shape).map { $0 - fall * $1 }
            let square = deviation.reduce(0) { $0 + $1 * $1 }
            let expected = noise.trace * (1 / count + fall * fall / weight)
            let points = Double(Self.fractions.count)
            let probability = noise.upperTail(square / expected)
            let residual = (square / points).squareRoot() / fall
            let isBad = probability < level && residual >= Self.smallestBadResidual
            rungs[index]?.residual = residual
            rungs[index]?.seedSpread = (expected / points).squareRoot() / fall
            rungs[index]?.probability = probability
            rungs[index]?.collapses = !isBad
            if !isBad { reference += groups[index] }
        }
    }
}

/// The mean of y over runs, at every fraction.
private func meanFall(_ runs: [Fall]) -> [Double] {
    CurveCollapse.fractions.indices.map { place in runs.map { $0.values[place] }.mean }
}

/// The fall that is yet to come of one run, y at every fraction.
private struct Fall: Sendable {
    let values: [Double]
    let mean: Double

    /// It is nil for a curve with fewer than five points in the second half, or one that reaches the floor.
    init?(_ curve: TrainingCurve, floor: Double) {
        let later = curve.progress.indices.filter { curve.progress[$0] >= 0.5 * (1 - 1e-9) }
        guard later.count >= 5, abs(curve.end - 1) < 1e-6, later.allSatisfy({ curve.losses[$0] > floor }) else {
            return nil
        }
        let above = CurveCollapse.fractions.map { exp(curve.logLoss(at: $0)) - floor }
        guard above.allSatisfy({ $0 > 0 }) else { return nil }
        let end = log(curve.losses[curve.count - 1] - floor)
        values = above.map { log($0) - end }
        mean = values.mean
    }
}

/// The noise covariance S of y around a common shape, as the test uses it.
private struct ShapeNoise: Sendable {
    let trace: Double
    private let test: FDistribution

    /// It is nil with fewer than two degrees of freedom, and where equal seeds give equal curves.
    init?(_ groups: [[Fall]]) {
        let replicated = groups.filter { $0.count > 1 }
        let degrees = Double(replicated.reduce(0) { $0 + $1.count - 1 })
        guard degrees >= 2 else { return nil }
        let residuals = replicated.flatMap { group in
            let weight = group.reduce(0) { $0 + $1.mean * $1.mean }
            return group.map { run in
                run.values.indices.map { place in
                    run.values[place]
                        - run.mean * group.reduce(0) { $0 + $1.mean * $1.values[place] } / weight
                }
            }
        }
        // tr S and tr S² from the inner products of the residuals.
        var trace = 0.0, traceOfSquare = 0.0
        for first in residuals {
            trace += zip(first, first).reduce(0) { $0 + $1.0 * $1.1 } / degrees
            for second in residuals {
                let product = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 } / degrees
                traceOfSquare += product * product
            }
        }
        guard trace > 0 else { return nil }
        self.trace = trace
        let effective = trace * trace / traceOfSquare
        test = FDistribution(numerator: effective, denominator: effective * degrees)
    }

    func upperTail(_ ratio: Double) -> Double { test.upperTail(ratio) }
}
