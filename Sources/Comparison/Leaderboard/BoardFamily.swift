// Families on a leaderboard: each stands as one candidate whose loss at a rung is the bottom of its valley.

import ScalebenchCore
import ScalingLaws

extension Ladder {
    /// The ladder of a board's candidates, families by the bottoms of their valleys. A family that shows no valley stands
    /// with the lowest loss of every rung.
    init(tuned candidates: [CandidateRuns], records: [RunID: RunRecord]) {
        self.init(candidates, records: records)
        for (index, candidate) in candidates.enumerated() {
            guard let family = candidate.family,
                let frontier = try? Ladder(candidates, expanding: index, family, records).frontier
            else { continue }
            for place in rungs.indices { take(index, of: frontier.rungs[place], for: \.rungs[place]) }
            take(index, of: frontier.target, for: \.target)
        }
    }

    /// Takes over what another ladder of the same candidates has of one of them at a place.
    private mutating func take(_ index: Int, of rung: LadderRung, for place: WritableKeyPath<Ladder, LadderRung>) {
        self[keyPath: place].points[index] = rung.points[index]
        let none = [Double?](repeating: nil, count: candidates.count)
        var deviations = self[keyPath: place].deviations ?? none
        deviations[index] = rung.deviations?[index]
        self[keyPath: place].deviations = deviations
    }

    /// The ladder with the members of one family in its place.
    private init(
        _ candidates: [CandidateRuns], expanding index: Int, _ family: CandidateRuns.FamilyRuns,
        _ records: [RunID: RunRecord]
    ) {
        let members = family.members.map { CandidateRuns(name: $0.name, notes: "", recipe: "", places: $0.places) }
        func expand<Value>(_ own: [Value], _ others: (Int) -> Value) -> [Value] {
            candidates.indices.flatMap { $0 == index ? own : [others($0)] }
        }
        self.init(expand(members) { candidates[$0] }, records: records)
        families = [
            LadderFamily(
                name: candidates[index].name,
                settings: family.settings.map { LadderSetting(name: $0, isLinear: family.linear.contains($0)) })
        ]
        familyOf = expand(members.map { _ in 0 }) { _ in nil }
        for place in rungs.indices {
            rungs[place].settings = expand(family.members.map { $0.values[place] }) { _ in nil }
        }
        target.settings = expand(family.members.map { $0.values[rungs.count] }) { _ in nil }
    }
}

extension Leaderboard.Family {
    init(_ family: CandidateRuns.FamilyRuns, _ records: [RunID: RunRecord]) {
        let finished = family.members.map { member in
            member.places.map { $0.runs.compactMap { records[$0.id] }.filter(\.isFinished) }
        }
        let losses = finished.map { places in
            places.map { $0.compactMap { $0.finalEvaluation?.natsPerToken } }
        }
        let members = family.members.indices.map { index in
            Leaderboard.Member(
                candidate: family.members[index].name, values: family.members[index].values.last ?? [],
                losses: losses[index].map { $0.isEmpty ? nil : $0.mean }, runs: finished[index].joined().count)
        }
        let top = losses.first?.indices.last { place in losses.contains { !$0[place].isEmpty } }
        self.init(
            settings: family.settings, members: members,
            lowest: top.flatMap { place in
                members.min { ($0.losses[place] ?? .infinity) < ($1.losses[place] ?? .infinity) }?.candidate
            }, runs: finished.joined().joined().count,
            diverged: finished.joined().joined().count { $0.finalEvaluation?.natsPerToken == nil })
    }
}
