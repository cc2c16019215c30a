// The outcome of a candidate's runs, and whether it allows a rank.

import ScalebenchCore

extension BoardCandidate {
    /// The reason why the candidate cannot be ranked; nil when it can.
    func obstacle(_ records: [RunID: RunRecord]) -> (reason: Leaderboard.Reason, explanation: String)? {
        let target = runs.places[runs.places.count - 1], trained = Self.begunRungs(runs, records)
        let isFinished = { (run: CandidateRuns.Run) in records[run.id]?.isFinished == true }
        let isComplete = recorded.contains { candidate in
            let begun = Self.begunRungs(candidate, records)
            return begun.count >= 2 && begun.flatMap(\.runs).allSatisfy(isFinished)
        }
        guard isComplete, let top = trained.last else { return unfinished(trained.flatMap(\.runs), records) }
        let atTarget = Self.outcome(target, records), atTop = Self.outcome(top, records)
        if atTarget.losses == 0, atTarget.diverged > 0 { return (.diverged, "diverged at the target, \(target.label)") }
        if atTarget.losses == 0, target.runs.contains(where: { records[$0.id].map { !$0.isWaiting } ?? false }) {
            return unfinished(target.runs, records, "at the target, ")
        }
        if atTarget.losses == 0, atTop.losses == 0 { return (.diverged, "diverged at the top rung, \(top.label)") }
        return nil
    }

    /// The rungs up to the last one of which a run has begun: a comparison that is decided trains no further ones.
    private static func begunRungs(
        _ candidate: CandidateRuns, _ records: [RunID: RunRecord]
    ) -> ArraySlice<CandidateRuns.PlaceRuns> {
        let rungs = candidate.places.dropLast()
        let last = rungs.lastIndex { place in place.runs.contains { records[$0.id] != nil } }
        return rungs.prefix(max(last.map { $0 + 1 } ?? 0, min(2, rungs.count)))
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
        for place in runs.family?.members.flatMap(\.places) ?? runs.places {
            for record in place.runs.compactMap({ records[$0.id] }) {
                let tokens = record.end?.tokens ?? record.steps.last?.tokens ?? 0
                let seconds = record.end?.seconds ?? record.steps.last?.seconds ?? 0
                // The steps before a branch were trained, and are counted, in a shorter run.
                let step = record.end?.step ?? record.steps.last?.step ?? 0
                let own = record.branch.map { 1 - Double($0.step) / Double(max(step, $0.step)) } ?? 1
                cost.flops += place.flops * min(1, own * Double(tokens) / Double(place.tokens))
                cost.coreHours += max(0, seconds - (record.branch?.seconds ?? 0)) / 3600
            }
        }
        return cost
    }
}
