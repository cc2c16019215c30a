// Suite × candidates → the runs that answer the question. Candidates that resolve to the same spec share a run.

package import ScalebenchCore

/// Everything a compare would train, each distinct run once.
package struct ComparisonPlan: Sendable {
    package var suite: Suite
    package var candidates: [Candidate]
    package var runs: [Run]

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
        var runs: [Run] = []
        var positions: [RunID: Int] = [:]
        let scales = suite.rungs.enumerated().map { (Place.rung($0.offset), $0.element) } + [(.target, suite.target)]
        for (place, rung) in scales {
            for seed in firstSeed..<(firstSeed + (place == .target ? 1 : rung.seeds)) {
                for (index, candidate) in candidates.enumerated() {
                    let spec = try RunSpec(
                        candidate, at: rung, of: suite, vocabularySize: vocabularySize, dataHash: dataHash, seed: seed)
                    let id = spec.runID
                    if let position = positions[id] {
                        runs[position].candidates.append(index)
                    } else {
                        positions[id] = runs.count
                        runs.append(Run(id: id, spec: spec, place: place, candidates: [index]))
                    }
                }
            }
        }
        self.runs = runs
        try checkFlopsRise()
    }

    /// The axis is FLOPs: a ladder whose rungs do not rise in them has no top.
    private func checkFlopsRise() throws {
        let places = suite.rungs.indices.map { Place.rung($0) } + [.target]
        let flops = places.map { place in
            let here = runs.filter { $0.place == place }.map(\.spec.flops)
            return here.reduce(0, +) / Double(here.count)
        }
        for (index, (low, high)) in zip(flops, flops.dropFirst()).enumerated() where low >= high {
            throw ScalebenchError(
                .invalidInput,
                "\(label(of: places[index])) costs \(Quantity.short(low)) FLOPs, the next one "
                    + "(\(label(of: places[index + 1]))) only \(Quantity.short(high))",
                at: "suite \(suite.name): rungs",
                hint: "order rungs by training FLOPs, the target last and largest")
        }
    }

    /// The runs at one place, most expensive first.
    package func runs(at isWanted: (Place) -> Bool) -> [Run] {
        runs.filter { isWanted($0.place) }.sorted { ($0.spec.flops, $0.id.rawValue) > ($1.spec.flops, $1.id.rawValue) }
    }

    package func rung(at place: Place) -> Suite.Rung {
        switch place {
        case .rung(let index): suite.rungs[index]
        case .target: suite.target
        }
    }
}

// MARK: - Results

extension ComparisonPlan {
    /// The ladder that `records` tell of; unfinished and failed runs are left out.
    package func ladder(_ records: [RunID: RunRecord]) -> Ladder {
        Ladder(candidateRuns, records: records)
    }

    /// By candidate, what the plan would train for it.
    package var candidateRuns: [CandidateRuns] {
        let places = suite.rungs.indices.map { Place.rung($0) } + [.target]
        return candidates.enumerated().map { index, candidate in
            let own = places.map { place in
                (place, runs.filter { $0.place == place && $0.candidates.contains(index) })
            }
            return CandidateRuns(
                name: candidate.name, notes: candidate.notes, recipe: Self.recipe(own.map { $0.1[0].spec }),
                places: own.map { place, runs in
                    CandidateRuns.Place(
                        label: label(of: place), flops: runs[0].spec.flops, tokens: runs[0].spec.tokens,
                        runs: runs.map { CandidateRuns.Run(seed: $0.spec.seed, id: $0.id) })
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
                    dataHash: runs[0].spec.dataHash, thresholds: suite.thresholds),
                suiteHash: suite.contentHash, question: suite.question, axis: .flops, knownFloor: knownFloor,
                candidate: candidate, firstWritten: time, position: position)
        }
    }

    /// `width 64`, with layers and tokens where they change along the ladder.
    package func label(of place: Place) -> String {
        let rung = rung(at: place)
        let all = suite.rungs + [suite.target]
        var words = ["width \(rung.width)"]
        if Set(all.map(\.layers)).count > 1 { words.append("\(rung.layers) layers") }
        if Set(all.map(\.tokens)).count > 1 { words.append("\(Quantity.short(Double(rung.tokens))) tokens") }
        return words.joined(separator: ", ")
    }
}
