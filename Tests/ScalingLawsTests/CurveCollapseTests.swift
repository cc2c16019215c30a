// Recipes whose curves keep one shape at every scale, and recipes whose curves change it, with noise of known size.

import Foundation
import ScalingLaws
import Testing

@Suite struct CurveCollapseTests {
    /// A recipe on seven scales. The loss above the floor falls by exp(a s(f)) after the fraction f, where a grows with
    /// scale, as it does on ladders of equal tokens, and s(f) goes as (1 − f) to a power.
    private struct Recipe {
        var falls = [0.05, 0.06, 0.08, 0.11, 0.14, 0.18, 0.25]
        /// By scale: about 0.8 where the learning rate keeps the loss up until it decays.
        var powers = [Double](repeating: 1.35, count: 7)
        var seeds = [3, 3, 3, 2, 2, 2, 1]
        var floor = 1.7
        /// Standard deviations of one evaluation, and of the slow wandering of a run.
        var evaluation = 0.003
        var wandering = 0.01

        func curves(_ generator: inout SplitMix) throws -> [[TrainingCurve]] {
            try seeds.indices.map { rung in
                try (0..<seeds[rung]).map { _ in try curve(rung, &generator) }
            }
        }

        private func curve(_ rung: Int, _ generator: inout SplitMix) throws -> TrainingCurve {
            let progress = (1...20).map { Double($0) / 20 }
            let unit = CurveCollapse.fractions.map { pow(1 - $0, powers[rung]) }.mean
            let fall = falls[rung] * (1 + 0.05 * generator.normal())
            let tilt = wandering * generator.normal(), wave = wandering * generator.normal()
            let end = 1 - 0.09 * Double(rung)
            return try TrainingCurve(
                progress: progress,
                losses: progress.map { f in
                    let left = 1 - f
                    let wander = tilt * left + wave * sin(2 * .pi * left)
                    let noise = f < 1 ? evaluation * generator.normal() : 0
                    return floor + end * exp(fall * pow(left, powers[rung]) / unit + wander + noise)
                })
        }
    }

    private let recipes = 400

    /// The number of recipes, of 400, in which any scale of `wanted` is called bad.
    private func bad(_ recipe: Recipe, floor: Double = 1.7, at wanted: Range<Int> = 0..<7) throws -> Int {
        try (0..<recipes).count { index in
            var generator = SplitMix(seed: 11 &+ UInt64(index) &* 0x9E37_79B9)
            let collapse = CurveCollapse(try recipe.curves(&generator), floor: floor)
            return wanted.contains { collapse.rungs[$0]?.collapses == false }
        }
    }

    @Test func oneShapeIsSeldomCalledBad() throws {
        #expect(try bad(Recipe()) <= recipes / 20)
        var noisy = Recipe()
        noisy.wandering = 0.03
        #expect(try bad(noisy) <= recipes / 20)
        noisy.seeds = [2, 1, 1, 1, 1, 1, 1]
        #expect(try bad(noisy) == 0, "two seeds at one rung are too few to tell seeds from shapes")
        noisy.seeds = [2, 2, 1, 1, 1, 1, 1]
        #expect(try bad(noisy) <= recipes / 20)
    }

    /// Without the floor, equal shapes above it are only nearly equal.
    @Test func anUnknownFloorDoesNotMakeARecipeBad() throws {
        #expect(try bad(Recipe(), floor: 0) <= recipes / 20)
    }

    @Test func aChangedShapeIsCalledBadWhereItChanges() throws {
        var recipe = Recipe()
        recipe.powers[5] = 0.8
        recipe.powers[6] = 0.7
        #expect(try bad(recipe, at: 5..<7) >= recipes * 4 / 5)
        #expect(try bad(recipe, floor: 0, at: 5..<7) >= recipes * 4 / 5)
        #expect(try bad(recipe, at: 0..<5) <= recipes / 20)
        // The target alone, with one run.
        recipe.powers[5] = 1.35
        #expect(try bad(recipe, at: 6..<7) >= recipes * 4 / 5)
    }

    /// Without noise the residual is the difference of the two shapes, and equal shapes have none.
    @Test func theResidualIsADistanceOfShapes() throws {
        var recipe = Recipe()
        recipe.powers = [1, 1, 1, 1, 1, 1, 0.5]
        recipe.evaluation = 0
        recipe.wandering = 1e-6
        var generator = SplitMix(seed: 1)
        let rungs = CurveCollapse(try recipe.curves(&generator), floor: 1.7).rungs
        func shape(_ power: Double) -> [Double] {
            let values = CurveCollapse.fractions.map { pow(1 - $0, power) }
            return values.map { $0 / values.mean }
        }
        let distance = zip(shape(0.5), shape(1)).map { ($0 - $1) * ($0 - $1) }.mean.squareRoot()
        #expect(abs(try #require(rungs[6]?.residual) - distance) < 1e-3)
        #expect(rungs[6]?.collapses == false && (rungs[6]?.probability ?? 1) < 1e-6)
        #expect(try #require(rungs[5]?.residual) < 1e-3)
        #expect(rungs[0]?.residual == nil && rungs[0]?.collapses == nil)
        #expect(abs(try #require(rungs[3]?.shape).mean - 1) < 1e-9)
    }

    @Test func aRisingLossIsSeenAndNotComparedByShape() throws {
        var recipe = Recipe()
        recipe.falls[6] = -0.1
        var generator = SplitMix(seed: 1)
        let rung = try #require(CurveCollapse(try recipe.curves(&generator), floor: 1.7).rungs[6])
        #expect(rung.rises && rung.fall < 0 && rung.shape == nil && rung.collapses == nil)
    }

    @Test func whatCannotBeComparedIsNil() throws {
        let short = try TrainingCurve(progress: [0.5, 0.75, 1], losses: [3, 2.5, 2])
        #expect(CurveCollapse([[short], []], floor: 0).rungs.allSatisfy { $0 == nil })
        var single = Recipe()
        single.seeds = [1, 1, 1, 1, 1, 1, 1]
        var generator = SplitMix(seed: 1)
        let curves = try single.curves(&generator)
        #expect(CurveCollapse(curves, floor: 1.7).rungs.allSatisfy { $0?.shape != nil && $0?.collapses == nil })
        #expect(CurveCollapse(curves, floor: 5).rungs.allSatisfy { $0 == nil }, "the floor lies above the losses")
    }
}

@Suite struct FDistributionTests {
    /// Tabulated 95 % quantiles.
    @Test(arguments: [(2.0, 10.0, 4.102821), (5, 5, 5.050329), (1, 30, 4.170877)])
    func tabulatedQuantilesHold(numerator: Double, denominator: Double, quantile: Double) {
        let distribution = FDistribution(numerator: numerator, denominator: denominator)
        #expect(abs(distribution.upperTail(quantile) - 0.05) < 1e-6)
        #expect(distribution.upperTail(0) == 1)
    }

    /// F with 1 and ν degrees of freedom is the square of Student's t, also for ν that is no whole number.
    @Test func itIsTheSquareOfStudentsT() {
        let tail = FDistribution(numerator: 1, denominator: 7.3).upperTail(2.1 * 2.1)
        #expect(abs(tail - 2 * (1 - StudentDistribution(degrees: 7.3).cumulative(2.1))) < 1e-12)
    }
}

@Suite struct LossSpikesTests {
    @Test func aSuddenRiseIsASpike() {
        var losses = (0..<80).map { 4 * pow(Double($0 + 1), -0.15) + 0.01 * sin(Double($0 * $0)) }
        #expect(LossSpikes.indices(losses) == [])
        losses[40] += 0.8
        losses[60] += 0.9
        #expect(LossSpikes.indices(losses) == [40, 60])
        #expect(LossSpikes.indices([5, 9, 5]) == [])
    }
}
