// The ladder of what is compared, in which a family has at every place the runs of the member that is the best there.

import ScalebenchCore

extension Ladder {
    /// A family stands as one candidate with the runs of the member of lowest mean loss at the place, as on a leaderboard.
    struct OfBestMembers {
        var ladder: Ladder
        /// By place, the target last, and by candidate: the member whose runs these are; nil for a candidate of its own.
        var members: [[String?]]
    }

    var ofBestMembers: OfBestMembers {
        let entrants = entrants
        func chosen(_ rung: LadderRung) -> [(index: Int, isMember: Bool)] {
            entrants.map { entrant in
                switch entrant {
                case .candidate(let index): (index, false)
                case .family(let family): (best(of: family, at: rung), true)
                }
            }
        }
        let places = (rungs + [target]).map { rung in (rung: rung, chosen: chosen(rung)) }
        let own = places.map { place in place.rung.reordered(place.chosen.map(\.index)) }
        return OfBestMembers(
            ladder: Ladder(
                axis: axis, candidates: entrants.map(name), rungs: Array(own.dropLast()), target: own[own.count - 1]),
            members: places.map { place in place.chosen.map { $0.isMember ? candidates[$0.index] : nil } })
    }

    /// Where no member has a loss, one whose runs diverged.
    private func best(of family: Int, at rung: LadderRung) -> Int {
        let members = candidates.indices.filter { familyOf[$0] == family }
        let trained = members.filter { !rung.points[$0].isEmpty }
        return trained.min {
            (rung.points[$0].meanLoss ?? .infinity) < (rung.points[$1].meanLoss ?? .infinity)
        } ?? members[0]
    }
}
