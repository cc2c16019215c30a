// The outcome of a candidate's runs, and whether it allows a rank.

import ScalebenchCore

extension BoardCandidate {
    /// The reason why the candidate cannot be ranked; nil when it can.
    func obstacle(_ records: [RunID: RunRecord]) -> (reason: Leaderboard.Reason, explanation: String)? {
        let target = runs.places[runs.places.count - 1], top = runs.places[runs.places.count - 2]
        let ladder = { (candidate: CandidateRuns) in candidate.places.dropLast().flatMap(\.runs) }
        let isFinished = { (run: CandidateRuns.Run) in records[run.id]?.isFinished == true }
        guard recorded.contains(where: { ladder($0).allSatisfy(isFinished) }) else {
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
        _ place: CandidateRuns.PlaceRuns, _ records: [RunID: RunRecord]
    ) -> (losses: Int, diverged: Int) {
        let finished = place.runs.compactMap { records[$0.id] }.filter(\.isFinished)
        let losses = finished.count { $0.finalEvaluation?.natsPerToken != nil }
        return (losses, finished.count - losses)
    }

    /// What the candidate's runs have cost. Unfinished and diverged runs count in proportion to the tokens they saw.
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
