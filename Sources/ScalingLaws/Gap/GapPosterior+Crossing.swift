// Sample paths of the gap's trend over an interval of scales, which show whether and where the two curves cross.
// Paths are drawn from the prior, observed with simulated noise, and corrected by the data (Matheron's rule), so one
// path costs a few multiplications per place whatever the number of places.
// Source: J. Wilson et al., "Efficiently sampling functions from Gaussian process posteriors", ICML 2020, eq. 9.

import Foundation

/// The place inside an interval of scales where the sign of the expected gap changes, as far as it is known.
package struct Crossing: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable {
        /// Less than 5 % probability of a crossing inside.
        case none
        /// A crossing is more likely than not, and its place is known more narrowly than the interval itself.
        case between
        /// A crossing can be neither excluded nor placed.
        case cannotBePlaced
    }

    package var kind: Kind
    package var from: Double
    package var to: Double
    /// P(the sign of the expected gap at `to` differs from that at `from`, or changes in between).
    package var probability: Double
    /// The scale of the last crossing, given that there is one; nil when fewer than 1 in 100 paths cross.
    package var place: Estimate?
    /// The largest scale up to which, from `from`, a crossing has less than 5 % probability; nil if there is none.
    package var noneUpTo: Double?
}

extension GapPosterior {
    private static let pathCount = 1024
    private static let placeCount = 64

    /// The posterior of the crossing inside [`from`, `to`]; the two scales may come in any order.
    package func crossing(from: Double, to: Double) -> Crossing {
        let low = ladder.position(of: min(from, to)).x, high = ladder.position(of: max(from, to)).x
        let places = (0..<Self.placeCount).map {
            low + (high - low) * Double($0) / Double(Self.placeCount - 1)
        }
        var lastCrossings: [Double] = []
        var firstCrossings: [Double] = []
        for path in paths(at: places.map { TrendPosition(x: $0, offset: ladder.pathOffset) }, count: Self.pathCount) {
            var last: Double?, first: Double?
            for i in 1..<places.count where (path[i - 1] > 0) != (path[i] > 0) {
                let share = path[i - 1] == path[i] ? 0.5 : path[i - 1] / (path[i - 1] - path[i])
                last = places[i - 1] + (places[i] - places[i - 1]) * min(max(share, 0), 1)
                first = first ?? last
            }
            if let last { lastCrossings.append(last) }
            if let first { firstCrossings.append(first) }
        }
        let probability = Double(lastCrossings.count) / Double(Self.pathCount)
        let place = lastCrossings.count >= Self.pathCount / 100 ? Estimate(draws: lastCrossings) : nil
        let kind: Crossing.Kind =
            if probability < 0.05 {
                .none
            } else if probability >= 0.5, let place,
                place.interval80.upper - place.interval80.lower < 0.75 * (high - low)
            {
                .between
            } else { .cannotBePlaced }
        return Crossing(
            kind: kind, from: min(from, to), to: max(from, to), probability: probability,
            place: place.map(scales), noneUpTo: clearUpTo(firstCrossings.sorted(), places).map(scale))
    }

    /// The position before which fewer than 5 % of the paths have crossed.
    private func clearUpTo(_ firstCrossings: [Double], _ places: [Double]) -> Double? {
        let allowed = Int(0.05 * Double(Self.pathCount))
        guard firstCrossings.count > allowed else { return places.last }
        let position = firstCrossings[allowed]
        return position > places[0] ? position : nil
    }

    private func scale(_ position: Double) -> Double {
        min(pow(10, position + ladder.topLogScale), .greatestFiniteMagnitude)
    }

    private func scales(_ estimate: Estimate) -> Estimate {
        func map(_ interval: Interval) -> Interval { Interval(scale(interval.lower), scale(interval.upper)) }
        return Estimate(
            point: scale(estimate.point), interval50: map(estimate.interval50), interval80: map(estimate.interval80),
            interval90: map(estimate.interval90))
    }

    /// Sample paths of the smooth trend of the gap at ascending `places`; the same ones at every call.
    private func paths(at places: [TrendPosition], count: Int) -> [[Double]] {
        var generator = SplitMix(seed: 0x5CA1_EBE7)
        var choices: [(fit: TrendFit, floor: Double, weight: Double)] = []
        for gap in gaps {
            for fit in gap.fits { choices.append((fit.fit, gap.floor, gap.weight * fit.weight)) }
        }
        let order = TrendFit.order(ladder.positions, places)
        var result: [[Double]] = []
        var cumulative = 0.0, owner = 0
        for path in 0..<count {
            // Stratified choice of the fit: path i takes the owner of quantile (i + ½)/count.
            let quantile = (Double(path) + 0.5) / Double(count)
            while owner < choices.count - 1, cumulative + choices[owner].weight < quantile {
                cumulative += choices[owner].weight
                owner += 1
            }
            let (fit, floor, _) = choices[owner]
            result.append(
                fit.path(
                    order, at: places, observations: ladder.gaps(floor), noise: ladder.gapNoise(floor), &generator))
        }
        return result
    }
}

extension TrendFit {
    /// The observed rungs and the places in one ascending list.
    static func order(_ positions: [TrendPosition], _ places: [TrendPosition]) -> [(place: TrendPosition, isRung: Bool)]
    {
        (positions.map { ($0, true) } + places.map { ($0, false) }).sorted { $0.0.x < $1.0.x }
    }

    /// One draw of the posterior trend at ascending `places`.
    func path(
        _ order: [(place: TrendPosition, isRung: Bool)], at places: [TrendPosition], observations: [Double],
        noise: [Double], _ generator: inout SplitMix
    ) -> [Double] {
        // 1. One prior path through the observed rungs and the places. Beyond the top rung a new motion starts, and the
        //    old one goes on with a fading slope.
        let kernel = kernel
        let constant = scales.constant * generator.normal(), slope = scales.slope * generator.normal()
        let bend = scales.slope * scales.curvature
        var motion = IntegratedMotion(at: origin), top = IntegratedMotion(at: 0), isBeyond = false
        var values: [Double] = []
        for (place, _) in order {
            if place.x > 0, !isBeyond { (top, motion, isBeyond) = (motion, IntegratedMotion(at: 0), true) }
            motion.advance(to: place.x, &generator)
            let parts = kernel.parts(place)
            values.append(
                constant + slope * parts.linear
                    + bend * (isBeyond ? top.integral + top.velocity * parts.lever + motion.integral : motion.integral))
        }
        for (index, value) in offsetPath(order.map(\.place.offset), &generator).enumerated() { values[index] += value }
        let atRungs = zip(order, values).filter { $0.0.isRung }.map(\.1)
        var atPlaces = zip(order, values).filter { !$0.0.isRung }.map(\.1)
        // 2. The correction, from the difference of the data and what this path would have shown.
        let n = positions.count
        var residual = (0..<n).map { i in
            let deviation = (scales.misfit * scales.misfit + noise[i]).squareRoot()
            return observations[i] - atRungs[i] - deviation * generator.normal()
        }
        Cholesky.solveLower(factor, n, &residual)
        Cholesky.solveUpper(factor, n, &residual)
        let rungs = positions.map { kernel.parts($0) }
        for (index, place) in places.enumerated() {
            let here = kernel.parts(place)
            for i in 0..<n { atPlaces[index] += kernel.covariance(here, rungs[i]) * residual[i] }
        }
        return atPlaces
    }

    /// One prior draw of what the distance off the line adds at each of `offsets`. It draws nothing where all are zero.
    private func offsetPath(_ offsets: [Double], _ generator: inout SplitMix) -> [Double] {
        var path = [Double](repeating: 0, count: offsets.count)
        guard offsets.contains(where: { $0 != 0 }) else { return path }
        let steep = scales.slope * scales.offset.slope
        let slope = steep * generator.normal()
        for side in [-1.0, 1] {
            var motion = IntegratedMotion(at: 0)
            for index in offsets.indices.filter({ side * offsets[$0] > 0 }).sorted(by: {
                abs(offsets[$0]) < abs(offsets[$1])
            }) {
                motion.advance(to: abs(offsets[index]), &generator)
                path[index] = slope * offsets[index] + steep * scales.offset.curvature * motion.integral
            }
        }
        return path
    }
}

/// Brownian motion and its integral, drawn step by step.
private struct IntegratedMotion {
    var velocity = 0.0
    var integral = 0.0
    private var last: Double

    init(at start: Double) { last = start }

    mutating func advance(to x: Double, _ generator: inout SplitMix) {
        let step = max(0, x - last)
        guard step > 0 else { return }
        let first = generator.normal(), second = generator.normal()
        integral += step * velocity + step * step.squareRoot() * (first / 2 + second / 12.0.squareRoot())
        velocity += step.squareRoot() * first
        last = x
    }
}
