// One recipe of a leaderboard, with everything that comparisons recorded of it under any name.

/// One recipe with all its runs.
package struct BoardCandidate: Sendable {
    /// All names of the recipe, the first recorded first.
    package private(set) var names: [String]
    /// The name in reports: the first one, with `#` and the start of `recipe` where another recipe has the same.
    package private(set) var label = ""
    /// The runs of every record, place by place, in the order of seeds.
    package private(set) var runs: CandidateRuns
    /// When the first record was written: UTC, ISO 8601.
    package private(set) var date: String
    /// The runs of each single record. With them a fresh set of seeds that is half done does not undo a finished one.
    package private(set) var recorded: [CandidateRuns]

    /// The candidates of these records, in the order in which they were first written. Records of one recipe become one
    /// candidate.
    package static func all(_ records: [CandidateRecord]) -> [BoardCandidate] {
        var candidates: [BoardCandidate] = []
        let ordered = records.sorted {
            let left = $0.candidate, right = $1.candidate
            return ($0.firstWritten, $0.position, left.recipe, left.name)
                < ($1.firstWritten, $1.position, right.recipe, right.name)
        }
        for record in ordered {
            let candidate = record.candidate
            if let index = candidates.firstIndex(where: { $0.runs.recipe == candidate.recipe }) {
                candidates[index].add(candidate)
            } else {
                candidates.append(
                    BoardCandidate(
                        names: [candidate.name], runs: candidate, date: record.firstWritten, recorded: [candidate]))
            }
        }
        for index in candidates.indices {
            let own = candidates[index]
            let isUnique = !candidates.contains { $0.runs.recipe != own.runs.recipe && $0.names[0] == own.names[0] }
            candidates[index].label = isUnique ? own.names[0] : "\(own.names[0])#\(own.runs.recipe.prefix(8))"
            candidates[index].runs.name = candidates[index].label
        }
        return candidates
    }

    private init(names: [String], runs: CandidateRuns, date: String, recorded: [CandidateRuns]) {
        self.names = names
        self.runs = runs
        self.date = date
        self.recorded = recorded
    }

    private mutating func add(_ candidate: CandidateRuns) {
        if !names.contains(candidate.name) { names.append(candidate.name) }
        recorded.append(candidate)
        runs.places.add(candidate.places)
        guard let family = candidate.family else { return }
        runs.family?.add(family)
    }
}

extension CandidateRuns.FamilyRuns {
    /// Adds the members of another record of the family, and their runs.
    fileprivate mutating func add(_ other: Self) {
        for member in other.members {
            if let index = members.firstIndex(where: { $0.name == member.name }) {
                members[index].places.add(member.places)
            } else {
                members.append(member)
            }
        }
    }
}

extension [CandidateRuns.PlaceRuns] {
    /// Adds the runs of the same places that are not there yet, in the order of their seeds.
    fileprivate mutating func add(_ others: Self) {
        for index in indices {
            let present = Set(self[index].runs.map(\.id))
            self[index].runs += others[index].runs.filter { !present.contains($0.id) }
            self[index].runs.sort { ($0.seed, $0.id.rawValue) < ($1.seed, $1.id.rawValue) }
        }
    }
}

extension [CandidateRecord] {
    /// The name in reports of each recipe of a board, by recipe.
    package var labels: [String: String] {
        Dictionary(uniqueKeysWithValues: BoardCandidate.all(self).map { ($0.runs.recipe, $0.label) })
    }
}
