// Trains a plan with families: every member at the two smallest rungs, then only those that can still be the best. Where the
// bottom of a valley is so flat that several members may be the best of a rung, these get more seeds.
//
// What is trained at a rung follows from the results of the rungs below and, for the bracket around the best, of the rung
// itself, and from nothing else in the store. A comparison that was interrupted therefore goes on as if it had not been.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

struct SweepTraining {
    private let resolved: ResolvedComparison
    private let request: ComparisonRequest
    private let training: LadderTraining
    /// The members in play: those that a file asks for, and those that a bracket grew to.
    private var active: Set<Int>

    /// A member that is the best with less than this probability is trained no further.
    private static let slimChance = 0.05
    private static let fewestMembers = 3
    /// A bracket that still moves after so many steps is left as it is.
    private static let mostBracketSteps = 8
    /// Members that are the best of a rung with at least this probability get another seed there, while they are several.
    private static let fairChance = 0.2

    init(_ resolved: ResolvedComparison, _ request: ComparisonRequest, _ training: LadderTraining) {
        self.resolved = resolved
        self.request = request
        self.training = training
        active = resolved.plan.families.reduce(into: []) { $0.formUnion($1.asked) }
    }

    /// Trains the ladder, and the target where the ladder does not decide.
    mutating func run() async throws {
        let rungs = resolved.plan.suite.rungs.indices
        for rung in rungs {
            if rung >= ComparisonPlan.rungsOfWholeSweep {
                add(request.trainsAllRungs ? active : contenders(for: rung), at: .rung(rung))
            }
            try await training.train { $0 == .rung(rung) }
            try await completeBrackets(at: rung)
            if rung >= ComparisonPlan.rungsOfWholeSweep { try await addSeeds(at: rung) }
            if !request.trainsAllRungs, rung >= ComparisonPlan.rungsOfWholeSweep, isDecided(upTo: rung) { return }
        }
        guard request.trainsTarget else { return }
        let ladder = ladder(upTo: rungs.count - 1)
        add(Set(ladder.families.indices.compactMap { ladder.bestMember(of: $0) }), at: .target)
        try await training.train { $0 == .target }
    }

    private func add(_ members: Set<Int>, at place: LadderPlace) {
        let present = training.plan.runs(at: { $0 == place }).flatMap(\.candidates)
        let new = members.subtracting(present)
        if !new.isEmpty { training.plan.add(training.plan.further(1, at: place, of: new)) }
    }

    /// The ladder of the runs up to a rung.
    private func ladder(upTo rung: Int) -> Ladder {
        training.plan.ladder(training.records { $0.isRung(in: 0..<(rung + 1)) }).withoutTarget
    }

    /// The members that may be the best at a rung, as the rungs below it have them; at least three of every family, among
    /// them the neighbours of the likeliest.
    private func contenders(for rung: Int) -> Set<Int> {
        let below = ladder(upTo: rung - 1)
        return below.families.indices.reduce(into: []) { chosen, index in
            let family = training.plan.families[index]
            let chances = below.contenders(of: index, at: below.rungs[rung], among: active)
            let order = chances.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            chosen.formUnion(order.filter { $0.value >= Self.slimChance }.map(\.key))
            chosen.formUnion(order.prefix(Self.fewestMembers).map(\.key))
            // A family whose members all diverged below shows no valley; all of it goes on.
            guard let best = order.first?.key else { return chosen.formUnion(active.intersection(family.members)) }
            chosen.formUnion(family.neighbours(of: best).filter(active.contains))
        }
    }

    /// Trains the best member of the rung and its neighbours, and goes on where that makes another one the best.
    private mutating func completeBrackets(at rung: Int) async throws {
        for _ in 0..<Self.mostBracketSteps {
            let here = ladder(upTo: rung)
            let wanted = here.families.indices.reduce(into: Set<Int>()) { wanted, index in
                let family = training.plan.families[index]
                let chances = here.contenders(of: index, at: here.rungs[rung], among: active)
                guard let best = chances.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { return }
                wanted.formUnion([best] + family.neighbours(of: best))
            }
            let present = Set(training.plan.runs(at: { $0 == .rung(rung) }).flatMap(\.candidates))
            guard !wanted.isSubset(of: present) else { return }
            active.formUnion(wanted)
            add(wanted, at: .rung(rung))
            try await training.train { $0 == .rung(rung) }
        }
    }

    /// Trains more seeds of the members that may be the best of a rung, up to the number of seeds that the suite asks for
    /// there.
    private func addSeeds(at rung: Int) async throws {
        for _ in 1..<max(resolved.plan.suite.rungs[rung].seeds, 1) {
            let here = ladder(upTo: rung)
            let flat = here.families.indices.reduce(into: Set<Int>()) { flat, index in
                let chances = here.contenders(of: index, at: here.rungs[rung], among: active)
                let fair = chances.filter { $0.value >= Self.fairChance && !here.rungs[rung].points[$0.key].isEmpty }
                if fair.count > 1 { flat.formUnion(fair.keys) }
            }
            guard !flat.isEmpty else { return }
            // Members of the same number of runs get the same seed, so that their losses are comparable.
            for member in flat.sorted() {
                training.plan.add(training.plan.further(1, at: .rung(rung), of: [member]))
            }
            try await training.train { $0 == .rung(rung) }
        }
    }

    /// Whether the rungs up to this one decide between all entrants.
    private func isDecided(upTo rung: Int) -> Bool {
        let ladder = ladder(upTo: rung)
        guard ladder.entrants.count > 1, let frontier = try? ladder.frontier else { return false }
        return resolved.judge.openCandidates(frontier, until: request.until).isEmpty
    }
}
