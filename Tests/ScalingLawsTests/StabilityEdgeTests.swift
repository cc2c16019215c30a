// The edge of stability from brackets whose truth is known.

import Foundation
import ScalingLaws
import Testing

struct StabilityEdgeTests {
    /// A sweep by factors of two whose edge falls as scale to the power `drift`, with a scatter of `scatter` in ln.
    private func brackets(
        drift: Double, scatter: Double, seed: UInt64, tried: ClosedRange<Int> = -6...9
    ) -> [StabilityEdge.Bracket] {
        var generator = SplitMix(seed: seed)
        return (0..<6).map { rung in
            let scale = 1e9 * pow(2.5, Double(rung))
            let edge = 2 + drift * log(scale / 1e9) + scatter * generator.normal()
            let values = tried.map { Double($0) * log(2) }
            return StabilityEdge.Bracket(
                scale: scale, stable: values.last { $0 < edge } ?? values[0], unstable: values.first { $0 >= edge })
        }
    }

    @Test func theDriftAndTheForecastHoldTheTruth() throws {
        var held = 0, forecast = 0, width = 0.0
        for seed in 0..<60 {
            let edge = try #require(
                StabilityEdge(brackets(drift: -0.4, scatter: 0.2, seed: UInt64(seed)), step: log(2)))
            let target = 1e9 * pow(2.5, 7.0), truth = 2 - 0.4 * log(target / 1e9)
            held += edge.drift.interval90.contains(-0.4) ? 1 : 0
            forecast += edge.edge(at: target).interval90.contains(truth) ? 1 : 0
            width += (edge.drift.interval90.upper - edge.drift.interval90.lower) / 60
        }
        #expect(held >= 52 && forecast >= 52, "\(held), \(forecast) of 60")
        #expect(width < 0.6, "the drift's interval is \(width) wide")
    }

    /// Where all values are stable at the small scales, the edge lies above them.
    @Test func scalesWithoutAnUnstableValueCountAsBounds() throws {
        let cut = brackets(drift: -0.4, scatter: 0, seed: 1, tried: -6...1)
        #expect(cut[0].unstable == nil && cut[5].unstable != nil)
        let edge = try #require(StabilityEdge(cut, step: log(2)))
        #expect(edge.edge(at: 1e9).point > cut[0].stable)
        #expect(edge.drift.point < 0)
    }

    @Test func theDistanceCountsBothUncertainties() throws {
        let edge = try #require(StabilityEdge(brackets(drift: 0, scatter: 0.1, seed: 3), step: log(2)))
        let exact = edge.distance(above: Estimate(exactly: 0), at: 1e10)
        let vague = edge.distance(above: Estimate(normalMean: 0, deviation: 2), at: 1e10)
        #expect(abs(exact.point - edge.edge(at: 1e10).point) < 1e-9)
        #expect(vague.interval90.upper - vague.interval90.lower > 2 * (exact.interval90.upper - exact.interval90.lower))
    }

    @Test func oneUnstableScaleShowsNoDrift() {
        var cut = brackets(drift: 0, scatter: 0, seed: 1)
        for index in cut.indices.dropFirst() { cut[index].unstable = nil }
        #expect(StabilityEdge(cut, step: log(2)) == nil)
    }
}
