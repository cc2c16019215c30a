// A surface over settings, on valleys whose bottom is known.

import Foundation
import ScalingLaws
import Testing

struct SettingsSurfaceTests {
    /// Members at ln rates 0, 0.5, … of a valley whose bottom moves by `drift` per e-fold of scale, with noise.
    static func valley(
        members: Int = 7, scales: [Double] = [1e9, 4e9, 1.6e10, 6.4e10], drift: Double = -0.3, bottom: Double = 2,
        curvature: Double = 0.02, noise: Double = 0.001, seed: UInt64 = 1
    ) -> [SweptLoss] {
        var generator = SplitMix(seed: seed)
        return scales.flatMap { scale in
            (0..<members).map { member in
                let u = 0.5 * Double(member), centre = bottom + drift * log(scale / scales[0])
                let loss = 3 * pow(scale / 1e9, -0.05) * exp(curvature * (u - centre) * (u - centre))
                return SweptLoss(
                    member: member, settings: [u], scale: scale, loss: loss * exp(noise * generator.normal()))
            }
        }
    }

    private func ranges(_ scales: [Double], members: Int = 7) -> [ValleyRange] {
        scales.map { ValleyRange(scale: $0, lower: [0], upper: [0.5 * Double(members - 1)], step: [0.5]) }
    }

    @Test func theBottomAndItsDriftAreFound() throws {
        let surface = try #require(SettingsSurface(Self.valley()))
        let scales = [1e9, 4e9, 1.6e10, 6.4e10, 2.56e11]
        let valleys = surface.valleys(ranges(scales), drifting: 4)
        for (index, scale) in scales.enumerated() {
            let truth = 2 - 0.3 * log(scale / 1e9), best = valleys.scales[index].best[0]
            #expect(best.interval90.contains(truth), "at \(scale): \(best), truth \(truth)")
            if index < 4 { #expect(abs(best.point - truth) < 0.15) }
        }
        let drift = try #require(valleys.drift?.first)
        #expect(drift.interval90.contains(-0.3) && drift.interval90.upper < -0.2, "\(drift)")
    }

    /// Two members change places between the rungs and the target, which their neighbours show.
    @Test func aCrossingIsSeenBeforeItHappens() throws {
        let scales = [1e9, 4e9, 1.6e10, 6.4e10, 1.024e12]
        let rows = Self.valley(bottom: 2.4)
        var surface = try #require(SettingsSurface(rows))
        surface.share = SettingsSurface.share(rows)
        // The rungs themselves show that the bottom moves.
        #expect(surface.share > 0.6)
        func path(_ member: Int) -> SettingsPath {
            SettingsPath(scales: scales, settings: scales.map { _ in [0.5 * Double(member)] })
        }
        // At the top rung the bottom is at 1.15, nearer to 1 (B) than to 0.5 (A); at the target it is at 0.32.
        let rungs = scales.dropLast().map { scale in
            let at = { (u: Double) in
                3 * pow(scale / 1e9, -0.05) * exp(0.02 * pow(u - 2.4 + 0.3 * log(scale / 1e9), 2))
            }
            return GapRung(scale: scale, lossesA: [at(0.5)], lossesB: [at(1)])
        }
        let alone = try GapModel().posterior(rungs).forecast(at: 1.024e12)
        let pooled = try GapModel().posterior(rungs, surface: surface.gap(path(1), path(2))).forecast(at: 1.024e12)
        #expect(pooled.probabilityABetter > 0.5 && pooled.probabilityABetter > alone.probabilityABetter)
    }

    @Test func equalMembersAreATie() throws {
        let flat = Self.valley(drift: 0, curvature: 0, noise: 0)
        let surface = try #require(SettingsSurface(flat))
        let scales = [1e9, 6.4e10, 2.56e11]
        let gap = surface.gap(
            SettingsPath(scales: scales, settings: [[0], [0], [0]]),
            SettingsPath(scales: scales, settings: [[3], [3], [3]]))
        let rungs = [1e9, 6.4e10].map { GapRung(scale: $0, lossesA: [3], lossesB: [3]) }
        let forecast = try GapModel().posterior(rungs, surface: gap).forecast(at: 2.56e11)
        #expect(abs(forecast.probabilityABetter - 0.5) < 0.02)
        #expect(abs(forecast.gap.point) < 1e-3)
    }

    /// What all members of a rung share changes nothing.
    @Test func whatARungSharesCancels() throws {
        let plain = Self.valley()
        let shifted = plain.map { row -> SweptLoss in
            var row = row
            row.loss *= row.scale > 1e10 ? 1.7 : 0.6
            return row
        }
        let one = try #require(SettingsSurface(plain)), other = try #require(SettingsSurface(shifted))
        let members = (0..<7).map { [0.5 * Double($0)] }
        for (a, b) in zip(one.heights(members, at: 2.56e11), other.heights(members, at: 2.56e11)) {
            #expect(abs(a - b) < 1e-6)
        }
    }

    @Test func tooLittleIsNoSurface() {
        #expect(SettingsSurface([]) == nil)
        #expect(SettingsSurface(Self.valley(members: 4)) == nil)
        #expect(SettingsSurface(Self.valley(scales: [1e9])) == nil)
        let same = Self.valley().map { SweptLoss(member: $0.member, settings: [1], scale: $0.scale, loss: $0.loss) }
        #expect(SettingsSurface(same) == nil)
    }

    /// A member far up the wall does not bend the valley.
    @Test func aWallIsLeftOut() throws {
        let rows = Self.valley()
        let exploded = rows.map { row -> SweptLoss in
            var row = row
            if row.member == 6, row.scale > 1e10 { row.loss *= 40 }
            return row
        }
        let members = (0..<5).map { [0.5 * Double($0)] }
        let plain = try #require(SettingsSurface(rows)).heights(members, at: 2.56e11)
        let with = try #require(SettingsSurface(exploded)).heights(members, at: 2.56e11)
        let best = { (heights: [Double]) in heights.indices.min { heights[$0] < heights[$1] } }
        #expect(best(plain) == best(with))
    }

    /// The best loss of a bracket is chosen by luck; the bottom of the surface is not.
    @Test func theFrontierHasNoWinnersCurse() throws {
        var chosen = 0.0, tuned = 0.0
        let truth = 3 * pow(64, -0.05)
        for seed in 1...30 {
            let rows = Self.valley(drift: 0, bottom: 1.5, curvature: 0.001, noise: 0.01, seed: UInt64(seed))
            let surface = try #require(SettingsSurface(rows))
            let bottom = try #require(surface.frontier(ranges([6.4e10]))[0])
            tuned += log(bottom.loss / truth) / 30
            chosen += log((rows.filter { $0.scale == 6.4e10 }.map(\.loss).min() ?? 1) / truth) / 30
        }
        #expect(chosen < -0.009, "luck lowers the best of seven by \(chosen)")
        #expect(abs(tuned) < 0.005, "the fitted bottom is off by \(tuned)")
    }

    /// Intervals of the best setting hold it as often as they say, within what forty valleys can show.
    @Test func intervalsOfTheBestSettingHold() throws {
        var inside = 0
        for seed in 1...40 {
            let drift = -0.5 + 0.02 * Double(seed)
            let rows = Self.valley(drift: drift, bottom: 1.6, noise: 0.004, seed: UInt64(100 + seed))
            let surface = try #require(SettingsSurface(rows))
            let best = surface.valleys(ranges([6.4e10]), drifting: 1).scales[0].best[0]
            let truth = min(max(1.6 + drift * log(64), -0.5), 3.5)
            if best.interval90.lower - 1e-6 <= truth, truth <= best.interval90.upper + 1e-6 { inside += 1 }
        }
        #expect(inside >= 32, "\(inside) of 40")
    }

    /// Two settings at once: a bowl whose bottom moves along one of them.
    @Test func twoSettingsAreFound() throws {
        var generator = SplitMix(seed: 5)
        let scales = [1e9, 8e9, 6.4e10]
        let rows = scales.flatMap { scale in
            (0..<25).map { member in
                let u = [0.5 * Double(member / 5), 0.5 * Double(member % 5)]
                let height = 0.02 * pow(u[0] - 1.4 + 0.2 * log(scale / 1e9), 2) + 0.03 * pow(u[1] - 1, 2)
                return SweptLoss(
                    member: member, settings: u, scale: scale, loss: 3 * exp(height + 0.001 * generator.normal()))
            }
        }
        let surface = try #require(SettingsSurface(rows))
        let valleys = surface.valleys(
            scales.map { ValleyRange(scale: $0, lower: [0, 0], upper: [2, 2], step: [0.5, 0.5]) }, drifting: 3)
        #expect(abs(valleys.scales[1].best[0].point - 0.98) < 0.25)
        #expect(abs(valleys.scales[1].best[1].point - 1) < 0.25)
        let drift = try #require(valleys.drift)
        #expect(drift[0].interval90.upper < 0 && drift[1].interval90.contains(0))
    }
}
