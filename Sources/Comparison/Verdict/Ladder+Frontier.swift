// The ladder of tuned candidates: every family stands as one candidate whose loss at a rung is the bottom of its valley.

import Foundation
import ScalebenchCore
import ScalingLaws

extension Ladder {
    /// A family or a candidate that belongs to none.
    package enum Entrant: Sendable, Equatable {
        case candidate(Int)
        case family(Int)
    }

    /// What is compared, in the order of the candidates.
    package var entrants: [Entrant] {
        var seen: Set<Int> = []
        return candidates.indices.compactMap { index in
            guard let family = familyOf[index] else { return .candidate(index) }
            return seen.insert(family).inserted ? .family(family) : nil
        }
    }

    /// The ladder of the entrants. At the target a family has the runs of its members there.
    /// - Throws: `invalidInput` for a family whose losses show no valley.
    package var frontier: Ladder {
        get throws {
            let pooled = PooledEvidence(self), entrants = entrants
            let tuned = try Dictionary(
                uniqueKeysWithValues: families.indices.map { family in (family, try tunedLosses(of: family, pooled)) })
            func points(_ rung: LadderRung, _ place: Int) -> [[ScalingPoint]] {
                entrants.map { entrant in
                    switch entrant {
                    case .candidate(let index): rung.points[index]
                    case .family(let family):
                        tuned[family]?[place].map { [ScalingPoint(seed: "tuned", loss: $0.loss)] } ?? []
                    }
                }
            }
            var ladder = Ladder(
                axis: axis, candidates: entrants.map(name),
                rungs: rungs.enumerated().map { place, rung in
                    var own = rung
                    own.points = points(rung, place)
                    own.settings = nil
                    own.flopsByCandidate = nil
                    own.trunks = nil
                    own.deviations = entrants.map { entrant in
                        if case .family(let family) = entrant { tuned[family]?[place]?.deviation } else { nil }
                    }
                    return own
                }, target: target, rungsAbove: rungsAbove)
            ladder.target.settings = nil
            ladder.target.flopsByCandidate = nil
            ladder.target.trunks = nil
            ladder.target.points = entrants.map { entrant in
                switch entrant {
                case .candidate(let index): target.points[index]
                case .family(let family):
                    candidates.indices.filter { familyOf[$0] == family }.flatMap { target.points[$0] }
                }
            }
            ladder.target.deviations = entrants.map { entrant in
                guard case .family(let family) = entrant, let surface = pooled.surfaces[family],
                    let top = tuned[family]?.compactMap({ $0 }).last
                else { return nil }
                return surface.misfit * top.loss
            }
            return ladder
        }
    }

    func name(_ entrant: Entrant) -> String {
        switch entrant {
        case .candidate(let index): candidates[index]
        case .family(let family): families[family].name ?? "tuned"
        }
    }

    private func tunedLosses(of family: Int, _ pooled: PooledEvidence) throws -> [TunedLoss?] {
        guard let surface = pooled.surfaces[family] else {
            throw ScalebenchError(
                .invalidInput, "\(families[family].name ?? "the family") has too few results to show a valley",
                hint: "a valley takes \(SettingsSurface.fewestMembers) members with a loss at two rungs: sweep more "
                    + "values, or values at which fewer runs diverge")
        }
        let paths = triedMembers(of: family).compactMap { settingsPath(of: $0, at: rungs) }
        return surface.frontier(
            rungs.indices.map { place in ValleyRange(paths.map { $0.settings[place] }, rungs[place].scale) })
    }

    /// The members of a family that have a run below the target. What others would do is extrapolation.
    func triedMembers(of family: Int) -> [Int] {
        candidates.indices.filter { index in
            familyOf[index] == family && rungs.contains { !$0.points[index].isEmpty }
        }
    }

    /// The member of a family with the lowest loss at the target, as the rungs below it have it; nil without a surface.
    package func bestMember(of family: Int) -> Int? {
        guard let surface = PooledEvidence(self).surfaces[family] else { return nil }
        return bestMember(among: triedMembers(of: family), surface)
    }

    /// The same among some members, by the surface of their family.
    func bestMember(among members: [Int], _ surface: SettingsSurface) -> Int? {
        guard let top = rungs.last(where: { rung in members.contains { !rung.points[$0].isEmpty } }) else { return nil }
        let known = members.compactMap { index in
            settingsPath(of: index, at: [target, top]).map { (index: index, settings: $0.settings) }
        }
        let heights = surface.expectedHeights(
            known.map { $0.settings[0] }, at: target.scale, atTop: known.map { $0.settings[1] })
        return zip(known, heights).min { $0.1 < $1.1 }?.0.index
    }

    /// The probability that each of some members of a family is the best of them at a place. Members without a result
    /// there count too, because the surface speaks of them. Before there is a surface, the lowest loss decides.
    package func contenders(of family: Int, at place: LadderRung, among members: Set<Int>) -> [Int: Double] {
        let own = members.filter { familyOf[$0] == family }.sorted()
        guard let surface = PooledEvidence(self).surfaces[family] else {
            let losses = own.compactMap { index in place.points[index].meanLoss.map { (index: index, loss: $0) } }
            return losses.min { $0.loss < $1.loss }.map { [$0.index: 1] } ?? [:]
        }
        let known = own.compactMap { index in
            settingsPath(of: index, at: [place]).map { (index: index, settings: $0.settings[0]) }
        }
        let probabilities = surface.probabilitiesLowest(known.map(\.settings), at: place.scale)
        return Dictionary(uniqueKeysWithValues: zip(known.map(\.index), probabilities))
    }
}
