// The runs of a suite's ladder for every candidate. Candidates that resolve to the same spec share a run.
// A budget may add runs, and rungs between the suite's last one and its target (`ComparisonPlan+NewRung`).

package import ScalebenchCore
import ScalingLaws

/// Everything a compare would train, each distinct run once.
package struct ComparisonPlan: Sendable {
    package let suite: Suite
    package let candidates: [Candidate]
    /// The families among the candidates; empty where no file sweeps a number.
    package let families: [PlannedFamily]
    /// The rungs below the target, smallest first: the suite's, then those that were added.
    package private(set) var rungs: [Suite.Rung] = []
    /// Every distinct run of the plan.
    package private(set) var runs: [Run] = []
    /// The spec of every candidate at every place; its seed is that of the first run.
    private(set) var specs: [LadderPlace: [RunSpec]] = [:]
    private let vocabularySize: Int
    let dataHash: String
    let firstSeed: Int
    /// Whether the first candidate keeps its seeds from 0 on, whatever `firstSeed` is.
    private let isReferencePinned: Bool

    /// One distinct run, with its place and the candidates that share it.
    package struct Run: Sendable {
        package var id: RunID
        package var spec: RunSpec
        package var place: LadderPlace
        /// Indices into the plan's candidates.
        package var candidates: [Int]
    }

    /// The plan of the suite's own runs. The data set need not exist on disk yet.
    /// - Parameters:
    ///   - families: candidates that one file sweeps. Only what shows a valley first is planned for them: one run of each
    ///     member at the two smallest rungs.
    ///   - dataHash: the content hash of the data set.
    ///   - firstSeed: the first seed; another value gives fresh runs of the same plan.
    ///   - isReferencePinned: whether the first candidate keeps its seeds from 0 on, so that only the others get fresh
    ///     runs.
    /// - Throws: `invalidInput` when a candidate's recipe is not valid at one of the scales, or the scales do not rise
    ///   in FLOPs.
    package init(
        suite: Suite, candidates: [Candidate], families: [PlannedFamily] = [], vocabularySize: Int, dataHash: String,
        firstSeed: Int = 0, isReferencePinned: Bool = false
    ) throws {
        self.suite = suite
        self.candidates = candidates
        self.families = families
        self.vocabularySize = vocabularySize
        self.dataHash = dataHash
        self.firstSeed = firstSeed
        self.isReferencePinned = isReferencePinned
        for rung in suite.rungs { try append(rung) }
        specs[.target] = try resolved(at: suite.target)
        for place in places {
            let single = Set(candidates.indices).subtracting(families.flatMap(\.members))
            for group in isReferencePinned ? [single.intersection([0]), single.subtracting([0])] : [single] {
                add(further(place == .target ? 1 : rung(at: place).seeds, at: place, of: group))
            }
            if place.isRung(in: 0..<Self.rungsOfWholeSweep) {
                add(further(1, at: place, of: families.reduce(into: []) { $0.formUnion($1.asked) }))
            }
        }
        try checkFlopsRise()
    }

    /// The rungs at which every member of a family is trained: two show a valley and its drift.
    package static let rungsOfWholeSweep = 2

    /// Adds a rung above the others, without runs.
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

    /// `count` more runs of each of `candidates` at a place of the plan. They use the next seeds that none of these
    /// candidates has, because the expected worth of further runs assumes equal seeds.
    package func further(_ count: Int, at place: LadderPlace, of candidates: Set<Int>) -> [Run] {
        let present = runs.filter { $0.place == place && !candidates.isDisjoint(with: $0.candidates) }
        let first = present.map { $0.spec.seed + 1 }.max() ?? (isReferencePinned && candidates == [0] ? 0 : firstSeed)
        var result: [Run] = []
        for seed in first..<(first + count) {
            for candidate in candidates.sorted() {
                Self.insert(run(seed: seed, at: place, of: candidate), into: &result)
            }
        }
        return result
    }

    /// The run of a candidate at a place of the plan with any seed.
    package func run(seed: Int, at place: LadderPlace, of candidate: Int) -> Run {
        var spec = specs[place]![candidate]
        spec.seed = seed
        return Run(id: spec.runID, spec: spec, place: place, candidates: [candidate])
    }

    /// Adds runs to the plan; a run that it already has gains candidates.
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

    /// The axis is FLOPs, so every rung must need more of them than the one before.
    private func checkFlopsRise() throws {
        for (low, high) in zip(places, places.dropFirst()) where flops(at: low) >= flops(at: high) {
            throw ScalebenchError(
                .invalidInput,
                "\(label(of: low)) costs \(Quantity.flops(flops(at: low))), the next one "
                    + "(\(label(of: high))) only \(Quantity.flops(flops(at: high)))",
                at: "suite \(suite.name): rungs",
                hint: "order rungs by training FLOPs, the target last and largest")
        }
    }

    /// Training FLOPs of one run at a place, the mean over candidates.
    package func flops(at place: LadderPlace) -> Double { specs[place]!.map(\.flops).mean }

    /// The rungs, then the target.
    package var places: [LadderPlace] { rungs.indices.map { .rung($0) } + [.target] }

    /// The fractions of their schedule up to which a step may train the runs at the target. Each is that of an
    /// evaluation.
    package var targetFractions: [Double] {
        let points = Double(suite.evaluation.curvePoints)
        return Set([0.1, 0.2, 0.3, 0.5, 0.7, 1].map { min(1, ($0 * points - 1e-9).rounded(.up) / points) }).sorted()
    }

    /// The runs at one place, most expensive first.
    package func runs(at isWanted: (LadderPlace) -> Bool) -> [Run] {
        runs.filter { isWanted($0.place) }.sorted { ($0.spec.flops, $0.id.rawValue) > ($1.spec.flops, $1.id.rawValue) }
    }

    /// The suite's description of a place: width, layers, tokens and seeds.
    package func rung(at place: LadderPlace) -> Suite.Rung {
        switch place {
        case .rung(let index): rungs[index]
        case .target: suite.target
        }
    }
}

extension ComparisonPlan.Run {
    /// The step at which a fraction of its schedule ends.
    package func step(at fraction: Double) -> Int { Int((fraction * Double(spec.steps) + 1e-6).rounded()) }

    /// Whether it has a result, or has been evaluated as far as a fraction of its schedule and can go on from there.
    package func hasReached(_ fraction: Double, _ record: RunRecord?) -> Bool {
        guard let record else { return false }
        if record.isFinished { return true }
        let step = step(at: fraction)
        return fraction < 1 && (record.evaluations.last?.step ?? 0) >= step && record.end?.status != .failed
            && (record.isWaiting || (record.checkpointStep ?? 0) >= step)
    }
}
