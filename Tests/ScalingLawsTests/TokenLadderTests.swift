// Ladders in FLOPs and tokens: straight ones are judged as if tokens were unknown; on others the gap may depend on how
// long a run is trained for its cost.

import Foundation
import ScalingLaws
import Testing

@Suite struct TokenLadderTests {
    /// Two laws with the floor 1.8: A gains more from tokens, B from parameters, by the same 3 %. At twenty tokens per
    /// parameter they are equal; below that A wins, above it B.
    private func losses(parameters: Double, tokens: Double) -> (a: Double, b: Double) {
        let size = pow(parameters / 1e7, -0.2), data = pow(tokens / 2e8, -0.2)
        return (1.8 + 1.03 * size + data, 1.8 + size + 1.03 * data)
    }

    private func rung(parameters: Double, tokens: Double) -> GapRung {
        let loss = losses(parameters: parameters, tokens: tokens)
        return GapRung(scale: 6 * parameters * tokens, tokens: tokens, lossesA: [loss.a], lossesB: [loss.b])
    }

    private func place(parameters: Double, tokens: Double) -> TrainedScale {
        TrainedScale(scale: 6 * parameters * tokens, tokens: tokens)
    }

    private var grid: [GapRung] {
        [1e7, 3e7, 1e8, 3e8].flatMap { parameters in
            [5.0, 10, 20, 40, 80].map { rung(parameters: parameters, tokens: parameters * $0) }
        }
    }

    // MARK: - What tokens are for

    @Test func theWinnerDependsOnHowLongTheTargetIsTrained() throws {
        let short = place(parameters: 2e9, tokens: 1e10), long = place(parameters: 5e8, tokens: 4e10)
        #expect(short.scale == long.scale)
        let first = try GapModel().posterior(grid, through: short)
            .forecast(at: short.scale, sigmaA: nil, sigmaB: nil)
        let second = try GapModel().posterior(grid, through: long).forecast(at: long.scale, sigmaA: nil, sigmaB: nil)
        #expect(first.probabilityABetter > 0.65)
        #expect(second.probabilityABetter < 0.3)
        for (forecast, place, parameters) in [(first, short, 2e9), (second, long, 5e8)] {
            let truth = losses(parameters: parameters, tokens: place.tokens)
            #expect(forecast.gap.interval90.contains(truth.b - truth.a))
            #expect(abs(forecast.lossA.point / truth.a - 1) < 0.01 && abs(forecast.lossB.point / truth.b - 1) < 0.01)
        }
        // Without tokens the two targets are the same question, which has no clear answer.
        let blind = grid.map { GapRung(scale: $0.scale, lossesA: $0.lossesA, lossesB: $0.lossesB) }
        let unknown = try GapModel().posterior(blind).forecast(at: short.scale, sigmaA: nil, sigmaB: nil)
        #expect((0.05...0.95).contains(unknown.probabilityABetter))
    }

    @Test func everyQuestionIsAskedOnTheTargetsPath() throws {
        // The gap has one sign along a line of constant tokens per parameter.
        let long = place(parameters: 5e8, tokens: 4e10)
        let posterior = try GapModel().posterior(grid, through: long)
        #expect(posterior.trend(at: long.scale).probabilityABetter < 0.25)
        // A rung of the same cost with fewer tokens is another place.
        let brief = rung(parameters: 2e9, tokens: 1e10)
        #expect(posterior.forecastOfMeans(brief).probabilityABetter > 0.65)
    }

    @Test func runsWhereTheTargetsPathLiesAreWorthMore() throws {
        // The target is trained four times as long as any rung.
        let target = place(parameters: 1e9, tokens: 3.2e11)
        let noisy = grid.map { rung -> GapRung in
            var rung = rung
            (rung.sigmaA, rung.sigmaB) = (0.003, 0.003)
            return rung
        }
        let posterior = try GapModel().posterior(noisy, through: target)
        let after = { (tokens: Double?) in
            posterior.right(
                PossibleRuns(scale: 1.2e20, tokens: tokens, runsA: 4, runsB: 4, sigmaA: 0.001, sigmaB: 0.001),
                at: target.scale, sigmaA: nil, sigmaB: nil)
        }
        #expect(after(nil) >= after(1e10))
    }

    // MARK: - What they leave as it was

    @Test(arguments: [0.0, 0.3, 0.5, 1])
    func straightLaddersAreJudgedByScaleAlone(exponent: Double) throws {
        let plain = powerLawLadder(5, a: (1.5, 0.2), b: (1.53, 0.21), noise: 0.004)
        let trained = plain.map { rung -> GapRung in
            var rung = rung
            rung.tokens = 2e9 * pow(rung.scale / 1e6, exponent)
            return rung
        }
        let target = TrainedScale(scale: 3e9, tokens: 2e9 * pow(3e9 / 1e6, exponent))
        let expected = try GapModel().posterior(plain), found = try GapModel().posterior(trained, through: target)
        #expect(
            found.forecast(at: 3e9, sigmaA: 0.002, sigmaB: 0.003)
                == expected.forecast(at: 3e9, sigmaA: 0.002, sigmaB: 0.003))
        #expect(found.crossing(from: 1e6, to: 3e9) == expected.crossing(from: 1e6, to: 3e9))
        // A target off the line is less certain.
        let off = try GapModel().posterior(trained, through: TrainedScale(scale: 3e9, tokens: target.tokens * 8))
        #expect(
            abs(off.forecast(at: 3e9, sigmaA: nil, sigmaB: nil).probabilityABetter - 0.5)
                < abs(expected.forecast(at: 3e9, sigmaA: nil, sigmaB: nil).probabilityABetter - 0.5))
    }

    @Test func tokensThatSomeRungsLackAreLeftOut() throws {
        let plain = powerLawLadder(4, a: (1.5, 0.2), b: (1.6, 0.21))
        var some = plain
        some[1].tokens = 1e9
        let target = TrainedScale(scale: 1e9, tokens: 1e12)
        let forecast = { try GapModel().posterior($0, through: target).forecast(at: 1e9, sigmaA: nil, sigmaB: nil) }
        #expect(try forecast(some) == forecast(plain))
    }

    @Test func rungsOfOneCostAreApartByTheirTokens() throws {
        let one = GapRung(scale: 1e18, tokens: 1e9, lossesA: [3], lossesB: [3.1])
        var other = one
        other.tokens = 4e9
        #expect(try GapModel().posterior([one, other]).forecast(at: 1e19, sigmaA: nil, sigmaB: nil).gap.point > 0)
        #expect(throws: GapModelError.duplicateScale(1e18)) { try GapModel().posterior([one, one]) }
        other.tokens = -1
        #expect(throws: GapModelError.notPositive(scale: 1e18)) { try GapModel().posterior([one, other]) }
    }

    // MARK: - The line

    @Test func theLineGoesOnAsTheLadderDoes() {
        let scales = [1e15, 1e16, 1e18], tokens = scales.map { 3 * pow($0, 0.4) }
        let line = TokenLine(scales: scales, tokens: tokens)
        #expect(zip(scales, tokens).allSatisfy { line.offset(scale: $0, tokens: $1) == 0 } && !line.isBent)
        #expect(abs(line.tokens(at: 1e21) / (3 * pow(1e21, 0.4)) - 1) < 1e-9)
        #expect(abs(line.offset(scale: 1e21, tokens: 30 * pow(1e21, 0.4)) - 1) < 1e-9)
    }

    @Test func runsOfOneCostSayNothingOfTheLineAndItKeepsTokensPerParameter() {
        let tokens = [1e9, 2e9, 4e9, 8e9]
        let line = TokenLine(scales: [1e18, 1.000001e18, 0.999999e18, 1e18], tokens: tokens)
        #expect(line.isBent)
        #expect(abs(line.tokens(at: 1e20) / line.tokens(at: 1e18) - 10) < 0.01)
        #expect(abs(line.offsets.upperBound + line.offsets.lowerBound) < 1e-4)
    }
}
