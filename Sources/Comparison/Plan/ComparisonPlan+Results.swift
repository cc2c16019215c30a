// The ladder that a plan and the records of its runs make, and what a store keeps of the plan.

package import ScalebenchCore
import ScalingLaws

extension ComparisonPlan {
    /// The ladder of the plan's finished runs; unfinished and failed runs are left out.
    package func ladder(_ records: [RunID: RunRecord]) -> Ladder {
        var ladder = Ladder(candidateRuns(at: places), records: records)
        ladder.targetFractions = targetFractions
        addSettings(to: &ladder)
        for index in ladder.rungs.indices.dropFirst(suite.rungs.count) { ladder.rungs[index].isAdded = true }
        ladder.newRung = withNewRung.flatMap { larger in
            Ladder(larger.candidateRuns(at: [.rung(rungs.count), .target]), records: [:]).rungs.first
        }
        return ladder
    }

    /// The runs of each candidate at the suite's own places, added seeds included. Added rungs are left out, because
    /// candidates of other comparisons have no runs there.
    package var candidateRuns: [CandidateRuns] { candidateRuns(at: suitePlaces) }

    private var suitePlaces: [LadderPlace] { suite.rungs.indices.map { .rung($0) } + [.target] }

    private func candidateRuns(at places: [LadderPlace]) -> [CandidateRuns] {
        candidates.enumerated().map { index, candidate in
            let trunks = sharedTrunks(of: index, at: places)
            return CandidateRuns(
                name: candidate.name, notes: candidate.notes,
                recipe: Self.recipe(suitePlaces.map { specs[$0]![index] }),
                places: zip(places, trunks).map { place, trunk in
                    let spec = specs[place]![index]
                    return CandidateRuns.PlaceRuns(
                        label: label(of: place), flops: spec.flops, tokens: spec.tokens,
                        runs: runs.filter { $0.place == place && $0.candidates.contains(index) }
                            .map { CandidateRuns.Run(seed: $0.spec.seed, id: $0.id) },
                        trunk: trunk)
                })
        }
    }

    /// The hash of the specs' identities, without their seeds.
    private static func recipe(_ specs: [RunSpec]) -> String {
        let identities = specs.map { spec in
            var spec = spec
            spec.seed = 0
            return JSONValue.string(spec.runID.rawValue)
        }
        return ContentHash.sha256(.array(identities))
    }

    /// The records of families, each with the runs of its members, and of the one that is the best at each place.
    package func tunedRecords(
        _ records: [RunID: RunRecord], writtenAt time: String, knownFloor: Double?
    ) -> [CandidateRecord] {
        let all = candidateRuns
        func loss(_ place: CandidateRuns.PlaceRuns) -> Double {
            let losses = place.runs.compactMap { records[$0.id]?.finalEvaluation?.natsPerToken }
            return losses.isEmpty ? .infinity : losses.mean
        }
        return families.map { family in
            let members = family.members.map { all[$0] }
            let places = suitePlaces.indices.map { place in
                members.map { $0.places[place] }.min { loss($0) < loss($1) }!
            }
            return CandidateRecord(
                suite: suiteReference, suiteHash: suite.contentHash, question: suite.question, axis: .flops,
                knownFloor: knownFloor,
                candidate: CandidateRuns(
                    name: family.name, notes: candidates[family.members[0]].notes,
                    recipe: ContentHash.sha256(.array(members.map { .string($0.recipe) })), places: places,
                    family: familyRuns(family, members)),
                firstWritten: time, position: family.members[0])
        }
    }

    private func familyRuns(_ family: PlannedFamily, _ members: [CandidateRuns]) -> CandidateRuns.FamilyRuns {
        let rungs = suitePlaces.map(rung)
        return CandidateRuns.FamilyRuns(
            settings: family.settings.map(\.name), linear: family.settings.filter(\.isLinear).map(\.name),
            members: zip(members, family.values).filter { $0.0.places.contains { !$0.runs.isEmpty } }.map {
                runs, values in
                CandidateRuns.Member(
                    name: runs.name,
                    values: rungs.map { rung in
                        values.map { $0.resolved(width: rung.width, layers: rung.layers, tokens: rung.tokens) }
                    }, places: runs.places)
            })
    }

    /// The suite and its data, as results and stores refer to them.
    package var suiteReference: SuiteReference {
        SuiteReference(
            name: suite.name, version: suite.version, dataset: suite.dataset, dataHash: dataHash,
            thresholds: suite.thresholds)
    }

    /// The records that a store keeps of this plan, one per candidate.
    /// - Parameters:
    ///   - time: now, in UTC as ISO 8601.
    ///   - knownFloor: the entropy of the validation data in nats per token; nil where it is not known.
    package func candidateRecords(writtenAt time: String, knownFloor: Double? = nil) -> [CandidateRecord] {
        candidateRuns.enumerated().filter { !isMember($0.offset) }.map { position, candidate in
            CandidateRecord(
                suite: suiteReference, suiteHash: suite.contentHash, question: suite.question, axis: .flops,
                knownFloor: knownFloor, candidate: candidate, firstWritten: time, position: position)
        }
    }

    /// The name of a place: `width 64`, with layers and tokens where they change along the ladder.
    package func label(of place: LadderPlace) -> String {
        let rung = rung(at: place)
        let all = rungs + [suite.target]
        var words = ["width \(rung.width)"]
        if Set(all.map(\.layers)).count > 1 { words.append("\(rung.layers) layers") }
        if Set(all.map(\.tokens)).count > 1 { words.append("\(Quantity.short(Double(rung.tokens))) tokens") }
        return words.joined(separator: ", ")
    }
}
