// Sample paths of the gap's walk over an interval of scales, which show whether and where the two curves cross.

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
            place: place.map { $0.map(scale) }, noneUpTo: clearUpTo(firstCrossings.sorted(), places).map(scale))
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

    /// Sample paths of z at `places`, which has the sign of the gap; the same ones at every call.
    private func paths(at places: [TrendPosition], count: Int) -> [[Double]] {
        var generator = RepeatedNormals()
        var cumulative = 0.0, owner = 0, drawn = GapPaths(of: gaps[0].value, at: places)
        return (0..<count).map { path in
            // Stratified choice of the roughness: path i takes the owner of quantile (i + ½)/count.
            let quantile = (Double(path) + 0.5) / Double(count)
            let before = owner
            while owner < gaps.count - 1, cumulative + gaps[owner].weight < quantile {
                cumulative += gaps[owner].weight
                owner += 1
            }
            if owner != before { drawn = GapPaths(of: gaps[owner].value, at: places) }
            return drawn.draw(&generator)
        }
    }
}
