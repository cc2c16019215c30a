// A recipe that takes part in a leaderboard: all entries of it together, and whether its runs allow a rank.

import ScalebenchCore

/// One recipe with everything that was entered for it.
struct Contender {
    /// All names, the first entered first; `label` is the one shown.
    var names: [String]
    var label = ""
    /// Every run of every entry, place by place, in the order of seeds.
    var runs: CandidateRuns
    var date: String
    /// The entries one by one: a fresh set of seeds that is half done does not undo the finished one.
    private var entered: [CandidateRuns]

    /// Entries of one recipe become one contender; in the order they were entered.
    static func all(_ entries: [LadderEntry]) -> [Contender] {
        var contenders: [Contender] = []
        let ordered = entries.sorted {
            let left = $0.candidate, right = $1.candidate
            return ($0.firstWritten, $0.position, left.recipe, left.name)
                < ($1.firstWritten, $1.position, right.recipe, right.name)
        }
        for entry in ordered {
            let candidate = entry.candidate
            if let index = contenders.firstIndex(where: { $0.runs.recipe == candidate.recipe }) {
                contenders[index].add(candidate)
            } else {
                contenders.append(
                    Contender(names: [candidate.name], runs: candidate, date: entry.firstWritten, entered: [candidate]))
            }
        }
        for index in contenders.indices {
            let own = contenders[index]
            let isUnique = !contenders.contains { $0.runs.recipe != own.runs.recipe && $0.names[0] == own.names[0] }
            contenders[index].label = isUnique ? own.names[0] : "\(own.names[0])#\(own.runs.recipe.prefix(8))"
            contenders[index].runs.name = contenders[index].label
        }
        return contenders
    }

    private init(names: [String], runs: CandidateRuns, date: String, entered: [CandidateRuns]) {
        self.names = names
        self.runs = runs
        self.date = date
        self.entered = entered
    }

    private mutating func add(_ candidate: CandidateRuns) {
        if !names.contains(candidate.name) { names.append(candidate.name) }
        entered.append(candidate)
        for index in runs.places.indices {
            let present = Set(runs.places[index].runs.map(\.id))
            runs.places[index].runs += candidate.places[index].runs.filter { !present.contains($0.id) }
            runs.places[index].runs.sort { ($0.seed, $0.id.rawValue) < ($1.seed, $1.id.rawValue) }
        }
    }

    // MARK: - What became of its runs

    /// Why it cannot be ranked; nil when it can.
    func obstacle(_ records: [RunID: RunRecord]) -> (reason: Leaderboard.Reason, explanation: String)? {
        let target = runs.places[runs.places.count - 1], top = runs.places[runs.places.count - 2]
        let ladder = { (candidate: CandidateRuns) in candidate.places.dropLast().flatMap(\.runs) }
        let isFinished = { (run: CandidateRuns.Run) in records[run.id]?.isFinished == true }
        guard entered.contains(where: { ladder($0).allSatisfy(isFinished) }) else {
            return unfinished(runs.places.dropLast().flatMap(\.runs), records)
        }
        let atTarget = Self.outcome(target, records), atTop = Self.outcome(top, records)
        if atTarget.losses == 0, atTarget.diverged > 0 { return (.diverged, "diverged at the target, \(target.label)") }
        if atTarget.losses == 0, target.runs.contains(where: { records[$0.id].map { !$0.isWaiting } ?? false }) {
            return unfinished(target.runs, records, "at the target, ")
        }
        if atTarget.losses == 0, atTop.losses == 0 { return (.diverged, "diverged at the top rung, \(top.label)") }
        return nil
    }

    private func unfinished(
        _ runs: [CandidateRuns.Run], _ records: [RunID: RunRecord], _ place: String = ""
    ) -> (Leaderboard.Reason, String) {
        let failed = runs.count { records[$0.id]?.end?.status == .failed }
        if failed > 0 { return (.failed, "failed: \(place)\(failed) of \(runs.count) runs") }
        let finished = runs.count { records[$0.id]?.isFinished == true }
        return (.unfinished, "unfinished: \(place)\(finished) of \(runs.count) runs done")
    }

    private static func outcome(
        _ place: CandidateRuns.Place, _ records: [RunID: RunRecord]
    ) -> (losses: Int, diverged: Int) {
        let finished = place.runs.compactMap { records[$0.id] }.filter(\.isFinished)
        let losses = finished.count { $0.finalEvaluation?.natsPerToken != nil }
        return (losses, finished.count - losses)
    }

    /// Shares of unfinished and diverged runs count by the tokens they saw.
    func cost(_ records: [RunID: RunRecord]) -> Leaderboard.Cost {
        var cost = Leaderboard.Cost(flops: 0, coreHours: 0)
        for place in runs.places {
            for record in place.runs.compactMap({ records[$0.id] }) {
                let tokens = record.end?.tokens ?? record.steps.last?.tokens ?? 0
                cost.flops += place.flops * min(1, Double(tokens) / Double(place.tokens))
                cost.coreHours += (record.end?.seconds ?? record.steps.last?.seconds ?? 0) / 3600
            }
        }
        return cost
    }
}

extension [LadderEntry] {
    /// What each recipe of a board is called, by recipe: its first name, told apart where another has the same.
    package var labels: [String: String] {
        Dictionary(uniqueKeysWithValues: Contender.all(self).map { ($0.runs.recipe, $0.label) })
    }
}
