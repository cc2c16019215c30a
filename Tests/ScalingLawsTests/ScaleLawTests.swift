// Laws in one and two scales: SciPy's minima, exact data, and data without a law.

import Foundation
import ScalingLaws
import Testing

@Suite struct ScaleLawTests {
    @Test func minimaAreThoseOfSciPy() throws {
        for golden in try Golden.laws() {
            let fitter = ScaleLawFitter(scales: golden.scales, losses: golden.losses, delta: golden.delta)
            let fit = try #require(fitter.fit())
            #expect(fit.hasConverged && fit.onBound.isEmpty)
            #expect(fit.objective <= golden.fit.objective * (1 + 1e-7))
            #expect(fit.objective >= golden.fit.objective * (1 - 1e-4), "the objective is not that of SciPy")
            #expect(abs(fit.law.floor / golden.fit.floor - 1) < 1e-3)
            for (term, reference) in zip(fit.law.terms, golden.fit.terms) {
                #expect(abs(term.exponent - reference.exponent) < 1e-3)
                #expect(abs(log(term.coefficient / reference.coefficient)) < 0.02)
            }
        }
    }

    private let exact = ScaleLaw(
        floor: 1.8, terms: [.init(coefficient: 480, exponent: 0.35), .init(coefficient: 2000, exponent: 0.37)])

    private var grid: [[Double]] {
        (0..<6).flatMap { i in (0..<6).map { j in [1e7 * pow(5, Double(i)), 1e9 * pow(4, Double(j))] } }
    }

    @Test func exactDataGiveTheirLawBack() throws {
        let fit = try #require(ScaleLawFitter(scales: grid, losses: grid.map(exact.loss)).fit())
        #expect(fit.hasConverged && fit.onBound.isEmpty)
        #expect(abs(fit.law.floor - 1.8) < 1e-4)
        #expect(abs(fit.law.terms[0].exponent - 0.35) < 1e-4 && abs(fit.law.terms[1].exponent - 0.37) < 1e-4)
    }

    @Test func theOptimumIsTheLowestPointOfItsBudget() throws {
        let best = try #require(exact.optimum(flops: 1e21, perPair: 6))
        #expect(abs(6 * best.parameters * best.tokens / 1e21 - 1) < 1e-9)
        let loss = exact.loss(at: [best.parameters, best.tokens])
        for factor in [0.8, 1.25] {
            #expect(exact.loss(at: [best.parameters * factor, best.tokens / factor]) > loss)
        }
        #expect(ScaleLaw(floor: 1, terms: [.init(coefficient: 1, exponent: 1)]).optimum(flops: 1, perPair: 6) == nil)
    }

    @Test func outliersMoveTheFitLittle() throws {
        var losses = grid.map(exact.loss)
        losses[7] *= 1.5
        losses[22] *= 0.9
        let fit = try #require(ScaleLawFitter(scales: grid, losses: losses).fit())
        #expect(abs(fit.law.terms[0].exponent - 0.35) < 0.01)
        #expect(abs(fit.law.floor - 1.8) < 0.02)
    }

    @Test func aTermThatIsNotThereIsAFinding() throws {
        // The loss does not depend on tokens, and has no floor.
        let losses = grid.map { 300 * pow($0[0], -0.3) }
        let fit = try #require(ScaleLawFitter(scales: grid, losses: losses).fit())
        #expect(fit.onBound.contains("floor") || fit.onBound.contains { $0.hasSuffix(" 2") } || !fit.hasConverged)
    }

    @Test func resamplesSpreadAsTheNoiseDoes() throws {
        var generator = SplitMix(seed: 5)
        let losses = grid.map { exact.loss(at: $0) * exp(0.003 * generator.normal()) }
        let fitter = ScaleLawFitter(scales: grid, losses: losses)
        let fit = try #require(fitter.fit())
        let replicates = fitter.bootstrap(fit, count: 300)
        #expect(replicates.count >= 295)
        let floors = Estimate(draws: replicates.map(\.floor)).interval90
        #expect(floors.contains(1.8))
        #expect(floors.upper - floors.lower > 0.005 && floors.upper - floors.lower < 0.4)
        #expect(replicates == fitter.bootstrap(fit, count: 300), "equal seeds must give equal resamples")
    }
}
