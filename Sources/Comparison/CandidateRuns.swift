// One candidate's runs on a ladder, by identity: what a plan orders, what a store keeps of it, and what becomes a ladder
// once the runs have ended. The one way from run records to statistics.

package import ScalebenchCore

/// The runs of one candidate, place by place.
package struct CandidateRuns: Codable, Sendable, Equatable {
    /// Shown; part of no identity.
    package var name: String
    package var notes: String
    /// Hash of the resolved specs, seeds apart: equal for candidates that are the same recipe on this ladder.
    package var recipe: String
    /// Smallest rung first, the target last.
    package var places: [Place]

    /// One scale.
    package struct Place: Codable, Sendable, Equatable {
        package var label: String
        /// Training FLOPs and tokens of one run.
        package var flops: Double
        package var tokens: Int
        /// In the order of their seeds.
        package var runs: [Run]

        package init(label: String, flops: Double, tokens: Int, runs: [Run]) {
            self.label = label
            self.flops = flops
            self.tokens = tokens
            self.runs = runs
        }
    }

    package struct Run: Codable, Sendable, Hashable {
        package var seed: Int
        package var id: RunID

        package init(seed: Int, id: RunID) {
            self.seed = seed
            self.id = id
        }
    }

    package init(name: String, notes: String, recipe: String, places: [Place]) {
        self.name = name
        self.notes = notes
        self.recipe = recipe
        self.places = places
    }
}

extension Ladder {
    /// The ladder that `records` tell of; unfinished and failed runs are left out. The axis is training FLOPs, output
    /// head and attention included.
    /// - Parameter candidates: at least one, all with the same places; the first is the reference.
    package init(_ candidates: [CandidateRuns], records: [RunID: RunRecord]) {
        let rungs = candidates[0].places.indices.map { index in
            let here = candidates.map { $0.places[index] }
            let flops = here.map(\.flops)
            return LadderRung(
                label: here[0].label, scale: flops.mean, flops: flops.mean, flopsByCandidate: flops,
                tokens: Double(here[0].tokens),
                points: here.map { place in
                    place.runs.compactMap { run in
                        records[run.id].flatMap { ScalingPoint($0, of: run, tokens: place.tokens) }
                    }
                })
        }
        self.init(
            axis: .flops, candidates: candidates.map(\.name), rungs: Array(rungs.dropLast()),
            target: rungs[rungs.count - 1],
            begun: candidates.map { candidate in
                guard let target = candidate.places.last, let run = target.runs.first, let record = records[run.id]
                else { return nil }
                return RunCurve(record, tokens: target.tokens)
            })
    }
}

extension ScalingPoint {
    /// Nil while the run has no result.
    fileprivate init?(_ record: RunRecord, of run: CandidateRuns.Run, tokens: Int) {
        guard record.isFinished else { return nil }
        let evaluation = record.finalEvaluation
        self.init(
            seed: String(run.seed), loss: evaluation?.natsPerToken,
            sequenceLosses: evaluation?.sequenceNatsPerToken, runID: run.id,
            curve: RunCurve(record, tokens: tokens))
    }
}
