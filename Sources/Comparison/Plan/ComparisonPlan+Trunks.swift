// Several runs of one size are of one trunk when they differ in their tokens alone and have a constant rate before the
// end. A run then goes on from the next shorter one, so that all of them cost the longest one and a decay for each.

import ScalebenchCore
import ScalingLaws

extension ComparisonPlan {
    /// The runs of this run's candidate and seed at larger places of which it is the start, the shortest first. They need not
    /// be in the plan yet.
    package func longerRuns(than run: Run) -> [Run] {
        guard run.spec.trunk != nil, let place = places.firstIndex(of: run.place) else { return [] }
        return places[(place + 1)...].filter { isPlanned(seed: run.spec.seed, at: $0) }
            .map { self.run(seed: run.spec.seed, at: $0, of: run.candidates[0]) }
            .filter { run.spec.isStart(of: $0.spec) }
    }

    /// The plan's runs of the same candidate and seed that are the start of this one, the longest first.
    package func shorterRuns(than run: Run) -> [Run] {
        guard run.spec.trunk != nil else { return [] }
        let own = runs.filter { $0.spec.seed == run.spec.seed && $0.candidates[0] == run.candidates[0] }
        return own.filter { $0.spec.isStart(of: run.spec) }.sorted { $0.spec.steps > $1.spec.steps }
    }

    /// Whether a run with this seed is, or may come to be, in the plan at a place.
    private func isPlanned(seed: Int, at place: LadderPlace) -> Bool {
        let count = place == .target ? 1 : rung(at: place).seeds
        return (firstSeed..<firstSeed + count).contains(seed)
            || runs.contains { $0.place == place && $0.spec.seed == seed }
    }

    /// By place, the name of the trunk of a candidate's runs; nil where no other of the places has it.
    func sharedTrunks(of candidate: Int, at places: [LadderPlace]) -> [String?] {
        let trunks = places.map { specs[$0]![candidate].trunk }
        return trunks.map { trunk in
            guard let trunk, trunks.count(where: { $0 == trunk }) > 1 else { return nil }
            return trunk.runID.rawValue
        }
    }

    /// The share of its steps that a run of the plan trains itself where the shorter runs are trained before it.
    package func ownShare(of run: Run) -> Double {
        1 - Double(shorterRuns(than: run).first?.spec.steadySteps ?? 0) / Double(run.spec.steps)
    }

    /// Training FLOPs of runs of the plan, without the steps that shorter runs have trained.
    package func ownFlops(of runs: [Run]) -> Double { runs.reduce(0) { $0 + ownShare(of: $1) * $1.spec.flops } }

    /// The same, as a share of what the runs of a place would cost alone; 1 for a place without runs.
    func ownShare(at place: LadderPlace) -> Double {
        let here = runs.filter { $0.place == place }
        return here.isEmpty ? 1 : here.map(ownShare).mean
    }
}
