// What all candidates of a ladder show together, and every pair of them uses: the seed noise, and the surfaces of families
// whose members differ in numbers.

import Foundation
import ScalebenchCore
import ScalingLaws

/// The evidence that is pooled over the candidates of one ladder.
struct PooledEvidence: Sendable {
    let noise: LadderNoise
    /// The surfaces by the index of their family; a family that is too small has none.
    let surfaces: [Int: SettingsSurface]

    init(_ ladder: Ladder) {
        let noise = LadderNoise(ladder)
        let families = ladder.families.indices
        self.init(
            noise: noise,
            surfaces: families.reduce(into: [:]) { surfaces, family in
                let losses = ladder.sweptLosses(of: family, noise)
                guard var surface = SettingsSurface(losses) else { return }
                surface.share = SettingsSurface.share(losses)
                surfaces[family] = surface
            })
    }

    init(noise: LadderNoise, surfaces: [Int: SettingsSurface]) {
        self.noise = noise
        self.surfaces = surfaces
    }

    /// The same for the ladder without its target. Surfaces are made from the rungs below it anyway.
    func withoutTarget(_ blind: Ladder) -> PooledEvidence {
        PooledEvidence(noise: LadderNoise(blind), surfaces: surfaces)
    }
}

extension RunTable {
    /// The candidate that is forecast to have the lowest loss at the target, among those that are judged.
    /// - Throws: what `ladder` throws; `invalidInput` where the table does not show what the settings do.
    package func bestMember(target: Target) throws -> String {
        var ladder = try ladder(target: target)
        ladder.target.points = ladder.candidates.map { _ in [] }
        let held = ladder.targetHeldOut
        guard let best = held.best(among: 0..<ladder.judged) else {
            throw ScalebenchError(
                .invalidInput, "the candidates do not show what the settings do", at: file,
                hint: "the best one is forecast from five members or more at two scales or more; "
                    + "or name it: --reference")
        }
        return ladder.candidates[best]
    }
}

extension Ladder {
    /// The mean losses of the members of a family below the target. Diverged runs have none, and leave their place empty.
    func sweptLosses(of family: Int, _ noise: LadderNoise) -> [SweptLoss] {
        rungs.flatMap { rung in
            candidates.indices.compactMap { index -> SweptLoss? in
                let losses = rung.points[index].compactMap(\.loss)
                guard familyOf[index] == family, let settings = rung.settings?[index], !losses.isEmpty,
                    let loss = losses.mean.positive
                else { return nil }
                let sigma = (noise.sigma(candidate: index, scale: rung.scale) ?? 0) / loss
                return SweptLoss(
                    member: index, settings: coordinates(settings, family), scale: rung.scale, loss: loss,
                    variance: sigma * sigma / Double(losses.count))
            }
        }
    }

    /// Settings as the surface takes them.
    private func coordinates(_ values: [Double], _ family: Int) -> [Double] {
        zip(families[family].settings, values).map { $0.coordinate($1) }
    }

    /// The settings of a member at some scales. Where they are not given, they go on as between the last two rungs that
    /// have them; nil where no rung has them.
    func settingsPath(of candidate: Int, at places: [LadderRung]) -> SettingsPath? {
        guard let family = familyOf[candidate] else { return nil }
        let known = (rungs + [target]).compactMap { rung in
            rung.settings?[candidate].map { (x: log(rung.scale), values: coordinates($0, family)) }
        }
        guard let last = known.last else { return nil }
        let before = known.dropLast().last ?? last
        return SettingsPath(
            scales: places.map(\.scale),
            settings: places.map { place in
                if let given = place.settings?[candidate] { return coordinates(given, family) }
                let x = log(place.scale)
                if let near = known.first(where: { abs($0.x - x) < 1e-9 }) { return near.values }
                guard last.x > before.x else { return last.values }
                let share = (x - last.x) / (last.x - before.x)
                return zip(before.values, last.values).map { $1 + share * ($1 - $0) }
            })
    }
}

extension Double {
    fileprivate var positive: Double? { self > 0 && isFinite ? self : nil }
}
