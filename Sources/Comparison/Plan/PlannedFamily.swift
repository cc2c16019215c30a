// The families of a plan: candidates that one file sweeps.

package import ScalebenchCore
import ScalingLaws

/// A family of the plan's candidates.
package struct PlannedFamily: Sendable {
    package var name: String
    package var settings: [LadderSetting]
    /// Indices into the plan's candidates.
    package var members: [Int]
    /// By member: the place of its value among those of each setting, in ascending order.
    package var places: [[Int]]
    /// The members that the file asks for; the others are tried where the bottom lies at an end.
    package var asked: Set<Int>
    /// The values of every member: they say what each setting is at any scale.
    package var values: [[ScaledValue]]

    /// - Parameter first: the index of the family's first member among the plan's candidates.
    package init(_ family: CandidateFamily, first: Int) {
        name = family.name
        settings = family.settings.map { LadderSetting(name: $0.name, isLinear: $0.isLinear) }
        members = Array(first..<first + family.members.count)
        values = family.members.map(\.values)
        asked = Set(family.members.indices.filter { family.members[$0].isAsked }.map { first + $0 })
        // Values of a rule are told apart where they differ most, far from the rule's reference.
        let numbers = values.map {
            $0.map { [$0.value, $0.resolved(width: 1 << 20, layers: 1 << 10, tokens: 1 << 40)] }
        }
        places = numbers.map { own in
            own.indices.map { setting in
                let all = Set(numbers.map { $0[setting] }).sorted { ($0[1], $0[0]) < ($1[1], $1[0]) }
                return all.firstIndex(of: own[setting]) ?? 0
            }
        }
    }

    /// The members that lie next to one along each setting.
    package func neighbours(of member: Int) -> [Int] {
        guard let own = members.firstIndex(of: member) else { return [] }
        return members.indices.filter { other in
            let apart = zip(places[own], places[other]).map { abs($0 - $1) }
            return apart.reduce(0, +) == 1
        }.map { members[$0] }
    }
}

extension ComparisonPlan {
    /// Whether a candidate is a member of a family.
    package func isMember(_ candidate: Int) -> Bool { families.contains { $0.members.contains(candidate) } }

    /// Gives a ladder of this plan the settings of its families.
    func addSettings(to ladder: inout Ladder) {
        guard !families.isEmpty else { return }
        ladder.families = families.map { family in
            LadderFamily(name: family.name, settings: family.settings, cost: cost(of: family))
        }
        for (index, family) in families.enumerated() {
            for member in family.members { ladder.familyOf[member] = index }
        }
        for index in ladder.rungs.indices {
            ladder.rungs[index].settings = settings(at: rungs[index])
            ladder.rungs[index].width = Double(rungs[index].width)
        }
        ladder.target.settings = settings(at: suite.target)
        ladder.target.width = Double(suite.target.width)
    }

    /// The index of a candidate, or of its family, among names; nil where both are missing.
    package func place(of candidate: Int, in names: [String]) -> Int? {
        names.firstIndex(of: candidates[candidate].name)
            ?? families.first { $0.members.contains(candidate) }.flatMap { names.firstIndex(of: $0.name) }
    }

    /// The names of what is compared: a family goes by its own.
    package var entrantNames: [String] {
        candidates.indices.reduce(into: []) { names, index in
            let family = families.first { $0.members.contains(index) }
            if let family, family.members.first != index { return }
            names.append(family?.name ?? candidates[index].name)
        }
    }

    /// The candidates that stand for names: those themselves, and the first member of a family.
    package func representatives(of names: [String]) -> [Int] {
        names.compactMap { name in
            candidates.firstIndex { $0.name == name } ?? families.first { $0.name == name }?.members[0]
        }
    }

    /// The plan of the largest sweep: every member that a file asks for at every rung, and one at the target.
    package var wholeSweep: ComparisonPlan {
        var plan = self
        for place in plan.places {
            for family in families {
                let members = place == .target ? Set(family.asked.sorted().prefix(1)) : family.asked
                let present = plan.runs(at: { $0 == place }).flatMap(\.candidates)
                plan.add(plan.further(1, at: place, of: members.subtracting(present)))
            }
        }
        return plan
    }

    private func cost(of family: PlannedFamily) -> FamilyResult.Cost {
        let own = Set(family.members)
        let trained = runs { $0 != .target }.filter { !own.isDisjoint(with: $0.candidates) }
        let whole = suite.rungs.indices.reduce(0.0) { sum, rung in
            family.asked.reduce(sum) { $0 + specs[.rung(rung)]![$1].flops }
        }
        return FamilyResult.Cost(
            runs: trained.count, flops: trained.reduce(0) { $0 + $1.spec.flops }, flopsOfWholeSweep: whole)
    }

    private func settings(at rung: Suite.Rung) -> [[Double]?] {
        var result = [[Double]?](repeating: nil, count: candidates.count)
        for family in families {
            for (member, values) in zip(family.members, family.values) {
                result[member] = values.map {
                    $0.resolved(width: rung.width, layers: rung.layers, tokens: rung.tokens)
                }
            }
        }
        return result
    }
}
