// Suite × candidates → the runs that answer the question. Candidates that resolve to the same spec share a run.
// A budget may add runs, and rungs between the suite's last one and its target (`ComparisonPlan+NewRung`).

package import ScalebenchCore

/// Everything a compare would train, each distinct run once.
package struct ComparisonPlan: Sendable {
    package let suite: Suite
    package let candidates: [Candidate]
    /// Below the target, smallest first: the suite's, then those that were added.
    package private(set) var rungs: [Suite.Rung] = []
    package private(set) var runs: [Run] = []
    /// By place and candidate: what is run there, but for the seed.
    private var specs: [Place: [RunSpec]] = [:]
    private let vocabularySize: Int
    private let dataHash: String
    private let firstSeed: Int

    /// One distinct run and the places it serves.
    package struct Run: Sendable {
        package var id: RunID
        package var spec: RunSpec
        package var place: Place
        /// Indices into the plan's candidates.
        package var candidates: [Int]
    }

    /// Where on the ladder a run stands.
    package enum Place: Sendable, Hashable {
        /// An index into the plan's rungs.
        case rung(Int)
        case target
    }

    /// - Parameters:
    ///   - dataset: what the specs need to know of the data; nothing has to exist on disk yet.
    ///   - firstSeed: seeds are counted from here; another value gives fresh runs of the same plan.
    /// - Throws: `invalidInput` when a candidate has no meaning at one of the scales.
    package init(
        suite: Suite, candidates: [Candidate], vocabularySize: Int, dataHash: String, firstSeed: Int = 0
    ) throws {
        self.suite = suite
        self.candidates = candidates
        self.vocabularySize = vocabularySize
        self.dataHash = dataHash
        self.firstSeed = firstSeed
        for rung in suite.rungs { try append(rung) }
        specs[.target] = try resolved(at: suite.target)
        for place in places {
            add(further(place == .target ? 1 : rung(at: place).seeds, at: place, of: Set(candidates.indices)))
        }
        try checkFlopsRise()
    }

    /// One more rung above the others, without runs.
    mutating func append(_ rung: Suite.Rung) throws {
        specs[.rung(rungs.count)] = try resolved(at: rung)
        rungs.append(rung)
    }

    private func resolved(at rung: Suite.Rung) throws -> [RunSpec] {
        try candidates.map {
            try RunSpec(
                $0, at: rung, of: suite, vocabularySize: vocabularySize, dataHash: dataHash, seed: firstSeed)
        }
    }

    /// `count` more runs of each of `candidates` at a place of the plan, on the next seeds that none of them has: what is
    /// expected of further runs counts on equal seeds.
    package func further(_ count: Int, at place: Place, of candidates: Set<Int>) -> [Run] {
        let present = runs.filter { $0.place == place && !candidates.isDisjoint(with: $0.candidates) }
        let first = present.map { $0.spec.seed + 1 }.max() ?? firstSeed
        var result: [Run] = []
        for seed in first..<(first + count) {
            for candidate in candidates.sorted() {
                var spec = specs[place]![candidate]
                spec.seed = seed
                Self.insert(Run(id: spec.runID, spec: spec, place: place, candidates: [candidate]), into: &result)
            }
        }
        return result
    }

    package mutating func add(_ more: [Run]) {
        for run in more { Self.insert(run, into: &runs) }
    }

    private static func insert(_ run: Run, into runs: inout [Run]) {
        if let shared = runs.firstIndex(where: { $0.id == run.id }) {
            runs[shared].candidates += run.candidates
        } else {
            runs.append(run)
        }
    }

    /// The axis is FLOPs: a ladder whose rungs do not rise in them has no top.
    private func checkFlopsRise() throws {
        for (low, high) in zip(places, places.dropFirst()) where flops(at: low) >= flops(at: high) {
            throw ScalebenchError(
                .invalidInput,
                "\(label(of: low)) costs \(Quantity.short(flops(at: low))) FLOPs, the next one "
                    + "(\(label(of: high))) only \(Quantity.short(flops(at: high)))",
                at: "suite \(suite.name): rungs",
                hint: "order rungs by training FLOPs, the target last and largest")
        }
    }

    /// Of one run there, the mean over candidates.
    package func flops(at place: Place) -> Double { specs[place]!.map(\.flops).mean }

    /// The rungs, then the target.
    package var places: [Place] { rungs.indices.map { .rung($0) } + [.target] }

    /// How far a step may take the runs at the target: to evaluations near certain shares of their schedule.
    package var targetShares: [Double] {
        let points = Double(suite.evaluation.curvePoints)
        return Set([0.1, 0.2, 0.3, 0.5, 0.7, 1].map { min(1, ($0 * points - 1e-9).rounded(.up) / points) }).sorted()
    }

    /// The runs at one place, most expensive first.
    package func runs(at isWanted: (Place) -> Bool) -> [Run] {
        runs.filter { isWanted($0.place) }.sorted { ($0.spec.flops, $0.id.rawValue) > ($1.spec.flops, $1.id.rawValue) }
    }

    package func rung(at place: Place) -> Suite.Rung {
        switch place {
        case .rung(let index): rungs[index]
        case .target: suite.target
        }
    }
}

extension ComparisonPlan.Run {
    /// The step that a share of its schedule ends with.
    package func step(at share: Double) -> Int { Int((share * Double(spec.steps) + 1e-6).rounded()) }

    /// Whether it has a result, or has been evaluated as far as a share of its schedule and can go on from there.
    package func hasReached(_ share: Double, _ record: RunRecord?) -> Bool {
        guard let record else { return false }
        if record.isFinished { return true }
        let step = step(at: share)
        return share < 1 && (record.evaluations.last?.step ?? 0) >= step && record.end?.status != .failed
            && (record.isWaiting || (record.checkpointStep ?? 0) >= step)
    }
}

// MARK: - Results

extension ComparisonPlan {
    /// The ladder that `records` tell of; unfinished and failed runs are left out.
    package func ladder(_ records: [RunID: RunRecord]) -> Ladder {
        var ladder = Ladder(candidateRuns(at: places), records: records)
        ladder.targetShares = targetShares
        return ladder
    }

    /// By candidate, what the suite has trained for it, and the seeds that were added; rungs that were added are left
    /// out: where candidates of other comparisons have none, they cannot be ranked by them.
    package var candidateRuns: [CandidateRuns] { candidateRuns(at: suitePlaces) }

    private var suitePlaces: [Place] { suite.rungs.indices.map { .rung($0) } + [.target] }

    private func candidateRuns(at places: [Place]) -> [CandidateRuns] {
        candidates.enumerated().map { index, candidate in
            CandidateRuns(
                name: candidate.name, notes: candidate.notes,
                recipe: Self.recipe(suitePlaces.map { specs[$0]![index] }),
                places: places.map { place in
                    let spec = specs[place]![index]
                    return CandidateRuns.Place(
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

    /// What a store keeps of this plan, by candidate.
    package func entries(writtenAt time: String, knownFloor: Double? = nil) -> [LadderEntry] {
        candidateRuns.enumerated().map { position, candidate in
            LadderEntry(
                suite: .init(
                    name: suite.name, version: suite.version, dataset: suite.dataset,
                    dataHash: dataHash, thresholds: suite.thresholds),
                suiteHash: suite.contentHash, question: suite.question, axis: .flops, knownFloor: knownFloor,
                candidate: candidate, firstWritten: time, position: position)
        }
    }

    /// `width 64`, with layers and tokens where they change along the ladder.
    package func label(of place: Place) -> String {
        let rung = rung(at: place)
        let all = rungs + [suite.target]
        var words = ["width \(rung.width)"]
        if Set(all.map(\.layers)).count > 1 { words.append("\(rung.layers) layers") }
        if Set(all.map(\.tokens)).count > 1 { words.append("\(Quantity.short(Double(rung.tokens))) tokens") }
        return words.joined(separator: ", ")
    }
}
