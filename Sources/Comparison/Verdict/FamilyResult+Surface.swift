// Makes what a result says of a family from its surface.

import Foundation
import ScalebenchCore
import ScalingLaws

extension FamilyResult {
    /// nil where the ladder shows no surface of the family.
    init?(_ ladder: Ladder, family: Int, _ pooled: PooledEvidence) {
        guard let surface = pooled.surfaces[family] else { return nil }
        let indices = ladder.triedMembers(of: family)
        let places = ladder.rungs + [ladder.target]
        let paths = indices.map { ladder.settingsPath(of: $0, at: places) }
        let known = zip(indices, paths).compactMap { index, path in path.map { (index: index, path: $0) } }
        let settings = ladder.families[family].settings
        let ranges = places.indices.map { place in
            ValleyRange(known.map { $0.path.settings[place] }, places[place].scale)
        }
        // The drift is that of the rungs: at the target it is a forecast.
        let valleys = surface.valleys(ranges, drifting: ladder.rungs.count)
        guard let best = ladder.bestMember(among: known.map(\.index), surface) else { return nil }
        let scales = places.indices.map { place in
            AtScale(
                places[place], isTarget: place == places.count - 1, valleys.scales[place], settings,
                known.map { one in
                    Member(
                        candidate: ladder.candidates[one.index],
                        values: places[place].settings?[one.index]
                            ?? zip(settings, one.path.settings[place]).map { $0.value($1) },
                        loss: places[place].points[one.index].meanLoss,
                        diverged: places[place].points[one.index].count(where: \.diverged))
                })
        }
        self.init(
            name: ladder.families[family].name, settings: settings.map(\.name),
            members: indices.map { ladder.candidates[$0] }, scales: scales,
            drift: zip(settings, valleys.drift ?? []).map { Drift($0, $1, places.dropLast()) },
            stability: settings.count == 1
                ? Stability(settings[0], scales, best: valleys.scales[places.count - 1].best[0], places, ranges) : nil,
            cost: ladder.families[family].cost,
            copied: Self.copied(surface, valleys, settings, places),
            bestMember: ladder.candidates[best])
    }

    /// What the best settings of the smallest rung cost at the target.
    private static func copied(
        _ surface: SettingsSurface, _ valleys: Valleys, _ settings: [LadderSetting], _ places: [LadderRung]
    ) -> Copied? {
        guard let small = valleys.scales.first, let target = valleys.scales.last, places.count > 2 else { return nil }
        let here = small.best.map(\.point), best = target.best.map(\.point)
        let heights = surface.heights([here, best], at: places[places.count - 1].scale)
        return Copied(
            label: places[0].label, values: zip(settings, here).map { $0.value($1) },
            cost: max(expm1(heights[0] - heights[1]), 0),
            isDriftKnown: (valleys.drift ?? []).contains { !$0.interval90.contains(0) })
    }
}

extension FamilyResult.Drift {
    /// - Parameter drift: the change per e-fold of scale along the rungs.
    fileprivate init(_ setting: LadderSetting, _ drift: Estimate, _ rungs: ArraySlice<LadderRung>) {
        let widths = rungs.compactMap(\.width)
        var perScale: Double?
        if widths.count == rungs.count, Set(widths).count > 1 {
            // Scale goes with width to about this power along the ladder.
            perScale = LeastSquaresLine(widths.map { log($0) }, rungs.map { log($0.scale) }).slope
        }
        self.init(
            isPower: !setting.isLinear, perScale: setting.isLinear ? drift.map { $0 * log(10) } : drift,
            perWidth: setting.isLinear ? nil : perScale.map { power in drift.map { $0 * power } })
    }
}

extension FamilyResult.Stability {
    /// - Parameter best: the best value at the target, as surfaces take it.
    fileprivate init?(
        _ setting: LadderSetting, _ scales: [FamilyResult.AtScale], best: Estimate, _ places: [LadderRung],
        _ ranges: [ValleyRange]
    ) {
        let brackets = zip(scales, places).filter { !$0.0.isTarget }.compactMap { scale, place in
            FamilyResult.AtScale.edge(scale.members).map { edge in
                StabilityEdge.Bracket(
                    scale: place.scale, stable: setting.coordinate(edge.stable),
                    unstable: edge.unstable.map(setting.coordinate))
            }
        }
        guard let edge = StabilityEdge(brackets, step: ranges[0].step[0]) else { return nil }
        let target = places[places.count - 1].scale
        self.init(
            drift: FamilyResult.Drift(setting, edge.drift, places.dropLast()),
            atTarget: edge.edge(at: target).map(setting.value),
            timesBest: setting.isLinear ? nil : edge.distance(above: best, at: target).map { exp($0) })
    }
}

extension FamilyResult.AtScale {
    fileprivate init(
        _ rung: LadderRung, isTarget: Bool, _ valley: ValleyAtScale, _ settings: [LadderSetting],
        _ members: [FamilyResult.Member]
    ) {
        self.init(
            label: rung.label, scale: rung.scale, isTarget: isTarget, members: members,
            best: settings.indices.map { setting in
                FamilyResult.BestValue(
                    value: valley.best[setting].map(settings[setting].value),
                    probabilityInside: valley.probabilityInside[setting],
                    costOfStepBelow: expm1(valley.costOfStep[setting].below),
                    costOfStepAbove: expm1(valley.costOfStep[setting].above))
            },
            curve: valley.curve.map {
                FamilyResult.CurvePoint(value: settings[0].value($0.setting), height: $0.height.map { expm1($0) })
            },
            largestStable: settings.count == 1
                ? Self.edge(members).flatMap { $0.unstable == nil ? nil : $0.stable } : nil)
    }

    /// The largest stable value of the only setting, and the first unstable one above it; nil without a loss.
    fileprivate static func edge(_ members: [FamilyResult.Member]) -> (stable: Double, unstable: Double?)? {
        let tried = members.filter { $0.loss != nil || $0.diverged > 0 }.sorted { $0.values[0] < $1.values[0] }
        guard let lowest = tried.compactMap(\.loss).min(), let best = tried.firstIndex(where: { $0.loss == lowest })
        else {
            return nil
        }
        let isStable = { (member: FamilyResult.Member) in
            member.diverged == 0 && log((member.loss ?? .infinity) / lowest) <= SettingsSurface.highestWall
        }
        // The edge is the first one above the best.
        guard let edge = tried[best...].firstIndex(where: { !isStable($0) }) else {
            return (tried[tried.count - 1].values[0], nil)
        }
        guard edge > best else { return nil }
        return (tried[edge - 1].values[0], tried[edge].values[0])
    }
}

extension LadderSetting {
    /// A value from the form in which surfaces take it, and the other way round.
    func value(_ coordinate: Double) -> Double { isLinear ? coordinate : exp(coordinate) }
    func coordinate(_ value: Double) -> Double { isLinear ? value : log(value) }
}

extension ValleyRange {
    /// The range of members' settings at one scale.
    init(_ settings: [[Double]], _ scale: Double) {
        let axes = (settings.first ?? []).indices.map { index in Set(settings.map { $0[index] }).sorted() }
        self.init(
            scale: scale, lower: axes.map { $0[0] }, upper: axes.map { $0[$0.count - 1] },
            step: axes.map { axis in axis.count > 1 ? (axis[axis.count - 1] - axis[0]) / Double(axis.count - 1) : 1 })
    }
}
