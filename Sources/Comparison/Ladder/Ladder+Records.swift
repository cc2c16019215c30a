// Makes a ladder from run records; nothing else does.

package import ScalebenchCore
import ScalingLaws

extension Ladder {
    /// The ladder of the finished runs in `records`; the axis is training FLOPs, output head and attention included.
    /// Failed and unfinished runs are left out, except for the curves of the target's runs.
    /// - Parameter candidates: at least one candidate, all with the same places; the first is the reference A.
    package init(_ candidates: [CandidateRuns], records: [RunID: RunRecord]) {
        let rungs = candidates[0].places.indices.map { index in
            let here = candidates.map { $0.places[index] }
            let flops = here.map(\.flops)
            var rung = LadderRung(
                label: here[0].label, scale: flops.mean, flops: flops.mean, flopsByCandidate: flops,
                tokens: Double(here[0].tokens),
                points: here.map { place in
                    place.runs.compactMap { run in
                        records[run.id].flatMap { ScalingPoint($0, of: run, tokens: place.tokens) }
                    }
                })
            let trunks = here.map(\.trunk)
            if trunks.contains(where: { $0 != nil }) { rung.trunks = trunks }
            return rung
        }
        self.init(
            axis: .flops, candidates: candidates.map(\.name), rungs: Array(rungs.dropLast()),
            target: rungs[rungs.count - 1], rungsAbove: [],
            begun: candidates.map { candidate in
                guard let target = candidate.places.last, let run = target.runs.first, let record = records[run.id]
                else { return nil }
                return RunCurve(record, tokens: target.tokens)
            })
    }
}

extension ScalingPoint {
    /// The point of a finished run; nil while the run has no result, and for a loss that no model reaches
    /// (`RunRecord.hasImpossibleLoss`).
    fileprivate init?(_ record: RunRecord, of run: CandidateRuns.Run, tokens: Int) {
        guard record.isFinished, !record.hasImpossibleLoss else { return nil }
        let evaluation = record.finalEvaluation
        self.init(
            seed: String(run.seed), loss: evaluation?.natsPerToken.flatMap(BelievableLoss.finite),
            sequenceLosses: evaluation?.sequenceNatsPerToken, runID: run.id,
            curve: RunCurve(record, tokens: tokens))
        times = RunTime.all(record, tokens: tokens)
    }
}
