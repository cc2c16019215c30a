// A plan met by the records of its runs: the ladder they make, and what a store keeps of the plan.

package import ScalebenchCore

extension ComparisonPlan {
    /// The ladder that `records` tell of; unfinished and failed runs are left out.
    package func ladder(_ records: [RunID: RunRecord]) -> Ladder {
        var ladder = Ladder(candidateRuns(at: places), records: records)
        ladder.targetFractions = targetFractions
        for index in ladder.rungs.indices.dropFirst(suite.rungs.count) { ladder.rungs[index].isAdded = true }
        ladder.newRung = withNewRung.flatMap { larger in
            Ladder(larger.candidateRuns(at: [.rung(rungs.count), .target]), records: [:]).rungs.first
        }
        return ladder
    }

    /// By candidate, what the suite has trained for it, and the seeds that were added; rungs that were added are left
    /// out: where candidates of other comparisons have none, they cannot be ranked by them.
    package var candidateRuns: [CandidateRuns] { candidateRuns(at: suitePlaces) }

    private var suitePlaces: [LadderPlace] { suite.rungs.indices.map { .rung($0) } + [.target] }

    private func candidateRuns(at places: [LadderPlace]) -> [CandidateRuns] {
        candidates.enumerated().map { index, candidate in
            CandidateRuns(
                name: candidate.name, notes: candidate.notes,
                recipe: Self.recipe(suitePlaces.map { specs[$0]![index] }),
                places: places.map { place in
                    let spec = specs[place]![index]
                    return CandidateRuns.PlaceRuns(
                        label: label(of: place), flops: spec.flops, tokens: spec.tokens,
                        runs: runs.filter { $0.place == place && $0.candidates.contains(index) }
                            .map { CandidateRuns.Run(seed: $0.spec.seed, id: $0.id) })
                })
        }
    }

    /// The specs' identities with the seed taken out, hashed.
    private static func recipe(_ specs: [RunSpec]) -> String {
        let identities = specs.map { spec in
            var spec = spec
            spec.seed = 0
            return JSONValue.string(spec.runID.rawValue)
        }
        return ContentHash.sha256(.array(identities))
    }

    /// How results and stores refer to the suite and its data.
    package var suiteReference: SuiteReference {
        SuiteReference(
            name: suite.name, version: suite.version, dataset: suite.dataset, dataHash: dataHash,
            thresholds: suite.thresholds)
    }

    /// What a store keeps of this plan, by candidate.
    package func candidateRecords(writtenAt time: String, knownFloor: Double? = nil) -> [CandidateRecord] {
        candidateRuns.enumerated().map { position, candidate in
            CandidateRecord(
                suite: suiteReference, suiteHash: suite.contentHash, question: suite.question, axis: .flops,
                knownFloor: knownFloor, candidate: candidate, firstWritten: time, position: position)
        }
    }

    /// `width 64`, with layers and tokens where they change along the ladder.
    package func label(of place: LadderPlace) -> String {
        let rung = rung(at: place)
        let all = rungs + [suite.target]
        var words = ["width \(rung.width)"]
        if Set(all.map(\.layers)).count > 1 { words.append("\(rung.layers) layers") }
        if Set(all.map(\.tokens)).count > 1 { words.append("\(Quantity.short(Double(rung.tokens))) tokens") }
        return words.joined(separator: ", ")
    }
}
