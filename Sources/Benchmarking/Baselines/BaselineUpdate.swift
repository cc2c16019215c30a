// Makes baselines of the runs of a store. Nothing is trained: a candidate whose runs are not all there is refused, with
// the command that trains them.

import Comparison
package import RunStore
import ScalebenchCore

/// Writes the baselines of candidates of one suite.
package struct BaselineUpdate {
    /// A name, or a folder with a `suite.json`.
    package var suite: String
    /// Candidate files or names; if empty, the suite's own.
    package var candidates: [String]
    /// The store that has the runs.
    package var store: String
    /// The folder of baselines.
    package var root: String

    package init(suite: String, candidates: [String], store: String, root: String) {
        self.suite = suite
        self.candidates = candidates
        self.store = store
        self.root = root
    }

    /// The candidates or families of the plan, by their members.
    private typealias Entrant = (name: String, members: [Int], family: PlannedFamily?)

    /// Writes all of them, or none where runs are missing.
    /// - Returns: what was written, in the order of the candidates.
    /// - Throws: `notFound` for missing runs, and what resolving candidates throws.
    package func run() throws -> [(entry: BaselineStore.Entry, outcome: BaselineStore.WriteOutcome)] {
        var request = ComparisonRequest(candidates: candidates)
        request.suite = suite
        request.store = store
        request.usesBaselines = false
        let resolved = try ResolvedComparison(request, allowsOne: true)
        let store = try RunStore.existing(root: store)
        let (plan, records) = try Self.finished(resolved.plan, in: store)
        let entrants = Self.entrants(of: plan)
        try refuseIncomplete(entrants, plan, records, names: candidates.isEmpty ? plan.suite.candidates : candidates)
        let known = store.candidateRecords().records
        return try entrants.map { entrant in
            let runs = Self.runs(of: entrant, plan, records)
            let record = Self.record(of: entrant, plan, records, runs, floor: resolved.knownFloor, known: known)
            return try BaselineStore.write(record, runs, to: root)
        }
    }

    /// The plan with every run of its families that is finished, and the records of all finished runs.
    private static func finished(
        _ planned: ComparisonPlan, in store: RunStore
    ) throws -> (ComparisonPlan, [RunID: RunRecord]) {
        var plan = planned
        for member in plan.families.flatMap(\.members) {
            // Where the bottom of a valley is flat, its members have more seeds than one.
            let possible = plan.places.flatMap { place in
                (0..<max(plan.rung(at: place).seeds, 1)).map { plan.run(seed: $0, at: place, of: member) }
            }
            plan.add(
                try possible.filter { run in
                    let isPlanned = plan.runs.contains { $0.id == run.id && $0.candidates.contains(member) }
                    return try !isPlanned && store.record(run.id)?.isFinished == true
                })
        }
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs {
            if let record = try store.record(run.id), record.isFinished { records[run.id] = record }
        }
        return (plan, records)
    }

    private static func entrants(of plan: ComparisonPlan) -> [Entrant] {
        plan.entrantNames.compactMap { name in
            if let family = plan.families.first(where: { $0.name == name }) { return (name, family.members, family) }
            return plan.candidates.firstIndex { $0.name == name }.map { (name, [$0], nil) }
        }
    }

    /// The finished runs of an entrant: smallest place first, then by member and seed.
    private static func runs(
        of entrant: Entrant, _ plan: ComparisonPlan, _ records: [RunID: RunRecord]
    ) -> [FinishedRun] {
        plan.places.flatMap { place in
            entrant.members.flatMap { member in
                plan.runs.filter { $0.place == place && $0.candidates.contains(member) }
                    .sorted { $0.spec.seed < $1.spec.seed }
                    .compactMap { run in
                        records[run.id].map {
                            FinishedRun(
                                candidate: plan.candidates[member].name, place: plan.label(of: place), spec: run.spec,
                                record: $0)
                        }
                    }
            }
        }
    }

    /// The record of an entrant, with date and position of the first one that the store has of it.
    private static func record(
        of entrant: Entrant, _ plan: ComparisonPlan, _ records: [RunID: RunRecord], _ runs: [FinishedRun],
        floor: Double?, known: [CandidateRecord]
    ) -> CandidateRecord {
        let date = runs.compactMap(\.record.start?.time).min() ?? ""
        let all =
            entrant.family == nil
            ? plan.candidateRecords(writtenAt: date, knownFloor: floor)
            : plan.tunedRecords(records, writtenAt: date, knownFloor: floor)
        var record = all.first { $0.candidate.name == entrant.name }!
        let first = known.filter { $0.board == record.board && $0.candidate.recipe == record.candidate.recipe }
            .min { ($0.firstWritten, $0.position) < ($1.firstWritten, $1.position) }
        if let first { (record.firstWritten, record.position) = (first.firstWritten, first.position) }
        return record
    }
}

// MARK: - Missing runs

extension BaselineUpdate {
    /// - Parameter names: the candidates as a compare takes them.
    private func refuseIncomplete(
        _ entrants: [Entrant], _ plan: ComparisonPlan, _ records: [RunID: RunRecord], names: [String]
    ) throws {
        for entrant in entrants {
            let missing = Self.missing(of: entrant, plan, records)
            guard let first = missing.first else { continue }
            let count = missing.count == 1 ? "a run is" : "\(missing.count) runs are"
            throw ScalebenchError(
                .notFound, "\(count) missing of \(entrant.name): \(first)\(missing.count > 1 ? " and others" : "")",
                at: store, hint: "train them first: \(command(names, plan))")
        }
    }

    /// The missing runs in words. A family needs every member at the smallest rungs, and at each other place one run.
    private static func missing(
        of entrant: Entrant, _ plan: ComparisonPlan, _ records: [RunID: RunRecord]
    ) -> [String] {
        plan.places.flatMap { place -> [String] in
            let here = plan.runs.filter { $0.place == place && !Set(entrant.members).isDisjoint(with: $0.candidates) }
            if entrant.family != nil, !place.isRung(in: 0..<ComparisonPlan.rungsOfWholeSweep) {
                return here.contains { records[$0.id] != nil } ? [] : ["\(plan.label(of: place)), any member"]
            }
            return here.filter { records[$0.id] == nil }.map { "\(plan.label(of: place)), seed \($0.spec.seed)" }
        }
    }

    private func command(_ names: [String], _ plan: ComparisonPlan) -> String {
        let isAlone = plan.families.isEmpty && names.count == 1
        let partner = plan.suite.candidates.first { !names.contains($0) } ?? "ANOTHER"
        let words = names + (isAlone ? [partner] : [])
        let place = store == RunStore.defaultRoot ? "" : " --store \(store)"
        return "scalebench compare \(words.joined(separator: " ")) --suite \(suite) --all-rungs --no-baselines\(place)"
    }
}
