// A number with its uncertainty: the form in which every result leaves this module.

import Foundation

/// A closed interval of the real line, `lower` ≤ `upper`; in JSON `[lower, upper]`.
public struct Interval: Sendable, Equatable {
    public var lower: Double
    public var upper: Double

    public init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

extension Interval: Codable {
    /// Reads `[lower, upper]`.
    /// - Throws: `DecodingError` where there is no array that starts with two numbers.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init(try container.decode(Double.self), try container.decode(Double.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(lower)
        try container.encode(upper)
    }
}

/// A median with central 50, 80 and 90 % intervals.
public struct Estimate: Codable, Sendable, Equatable {
    public var point: Double
    public var interval50: Interval
    public var interval80: Interval
    public var interval90: Interval

    public init(point: Double, interval50: Interval, interval80: Interval, interval90: Interval) {
        self.point = point
        self.interval50 = interval50
        self.interval80 = interval80
        self.interval90 = interval90
    }

    /// The same estimate of `transform` of the number, which must increase with it.
    package func map(_ transform: (Double) -> Double) -> Estimate {
        func map(_ interval: Interval) -> Interval { Interval(transform(interval.lower), transform(interval.upper)) }
        return Estimate(
            point: transform(point), interval50: map(interval50), interval80: map(interval80),
            interval90: map(interval90))
    }

    /// The same estimate of the number with the other sign.
    package var negated: Estimate {
        func negated(_ interval: Interval) -> Interval { Interval(-interval.upper, -interval.lower) }
        return Estimate(
            point: -point, interval50: negated(interval50), interval80: negated(interval80),
            interval90: negated(interval90))
    }

    /// A number that is known exactly.
    public init(exactly value: Double) {
        self.init(
            point: value, interval50: Interval(value, value), interval80: Interval(value, value),
            interval90: Interval(value, value))
    }

    /// The median and intervals of a normal distribution with this mean and standard deviation.
    public init(normalMean mean: Double, deviation: Double) {
        func around(_ quantile: Double) -> Interval {
            Interval(mean - quantile * deviation, mean + quantile * deviation)
        }
        self.init(
            point: mean, interval50: around(0.674490), interval80: around(1.281552), interval90: around(1.644854))
    }

    /// Summarises equally likely draws; `draws` must not be empty.
    public init(draws: [Double]) {
        let last = draws.count - 1
        func place(_ probability: Double) -> Double { probability * Double(draws.count) - 0.5 }
        func below(_ probability: Double) -> Int { Int(max(place(probability), 0)) }
        let ranks = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95].flatMap {
            [below($0), below($0) + 1].map { min($0, last) }
        }
        let sorted = draws.sorted(atRanks: ranks.sorted())
        func at(_ probability: Double) -> Double {
            let below = below(probability), low = sorted[min(below, last)], high = sorted[min(below + 1, last)]
            return low == high ? low : low + (high - low) * min(max(place(probability) - Double(below), 0), 1)
        }
        self.init(
            point: at(0.5), interval50: Interval(at(0.25), at(0.75)), interval80: Interval(at(0.1), at(0.9)),
            interval90: Interval(at(0.05), at(0.95)))
    }

    /// The same distribution moved by `offset`.
    public func shifted(by offset: Double) -> Estimate {
        func shift(_ interval: Interval) -> Interval { Interval(interval.lower + offset, interval.upper + offset) }
        return Estimate(
            point: point + offset, interval50: shift(interval50), interval80: shift(interval80),
            interval90: shift(interval90))
    }

    /// The same distribution times `factor`, which may be negative.
    public func scaled(by factor: Double) -> Estimate {
        func scale(_ interval: Interval) -> Interval {
            let ends = [interval.lower * factor, interval.upper * factor]
            return Interval(min(ends[0], ends[1]), max(ends[0], ends[1]))
        }
        return Estimate(
            point: point * factor, interval50: scale(interval50), interval80: scale(interval80),
            interval90: scale(interval90))
    }
}
