// What the settings of a family do, in the words and the order of every renderer.

import Comparison
import ScalebenchCore
import ScalingLaws

/// The sentences and the table of a family.
struct FamilyNumbers {
    private let family: FamilyResult
    private let axis: ScaleAxis

    init(_ family: FamilyResult, axis: ScaleAxis) {
        self.family = family
        self.axis = axis
    }

    /// `Best learningRate over scale, 7 members of adam`.
    var heading: String {
        let settings = family.settings.map { SafeText.line($0, limit: 40) }.joined(separator: " and ")
        let name = family.name.map { " of \(SafeText.line($0, limit: 40))" } ?? ""
        return "Best \(settings) over scale, \(Quantity.count(family.members.count, "member"))\(name)"
    }

    /// How every setting drifts along the rungs.
    var drift: String {
        let rungs = family.scales.filter { !$0.isTarget }, all = rungs.count
        return family.drift.indices.map { index in
            let beyond = rungs.count { $0.isBeyond(index) }
            let name = SafeText.line(family.settings[index], limit: 40)
            if 2 * beyond >= all {
                return
                    "The drift of the best \(name) is not known: at \(beyond) of \(all) rungs the best probably lies "
                    + "beyond the range tried."
            }
            let part =
                beyond == 0
                ? ""
                : " At \(beyond) of \(all) rungs the best probably lies beyond the range tried, so the drift is known only "
                    + "in part."
            return Phrase.drift(family.drift[index], of: name, axis: axis) + part
        }.joined(separator: " ")
    }

    // MARK: - The table

    /// A row per setting and scale.
    var table: TextTable {
        let isOne = family.settings.count == 1, showsEdge = family.scales.contains { $0.largestStable != nil }
        let setting = isOne ? "best \(SafeText.line(family.settings[0], limit: 30)) [90 %]" : "best value [90 %]"
        var table = TextTable(
            header: (isOne ? [] : ["setting"]) + ["rung", setting, "P(inside the range tried)"]
                + (showsEdge ? [family.isPower(0) ? "largest stable (times the best)" : "largest stable"] : []) + [
                    "a step below costs", "a step above costs",
                ],
            leftColumns: isOne ? 1 : 2)
        for index in family.settings.indices {
            for scale in family.scales where scale.best.indices.contains(index) {
                let name = isOne ? [] : [SafeText.line(family.settings[index], limit: 30)]
                table.add(
                    name + [Self.label(scale)] + best(scale, index) + (showsEdge ? [stable(scale)] : [])
                        + costs(scale, index))
            }
        }
        return table
    }

    /// The best value of the only setting at the last scales; nil for several settings.
    var shortTable: TextTable? {
        guard family.settings.count == 1 else { return nil }
        let name = Phrase.name(family.settings[0], limit: 30)
        var table = TextTable(header: ["rung", "best \(name) [90 %]", "a step below costs", "a step above costs"])
        for scale in family.scales.suffix(3) where !scale.best.isEmpty {
            table.add([Phrase.name(Self.label(scale), limit: 50), value(scale, 0)] + costs(scale, 0))
        }
        return table
    }

    static func label(_ scale: FamilyResult.AtScale) -> String {
        SafeText.line(scale.label) + (scale.isTarget ? " (target)" : "")
    }

    private func best(_ scale: FamilyResult.AtScale, _ index: Int) -> [String] {
        [value(scale, index), Phrase.percent(scale.best[index].probabilityInside)]
    }

    /// `0.0041 [0.003, 0.0055]`, or `above 0.032` where no more is known.
    func value(_ scale: FamilyResult.AtScale, _ index: Int) -> String {
        scale.isBeyond(index)
            ? edge(scale, index) : Phrase.best(scale.best[index].value, isPower: family.isPower(index))
    }

    /// `above 0.032`: the side of the range tried on which the best value lies.
    private func edge(_ scale: FamilyResult.AtScale, _ index: Int) -> String {
        let tried = scale.tried(index), low = tried.lowerBound, high = tried.upperBound
        let middle = family.isPower(index) ? (low * high).squareRoot() : (low + high) / 2
        return scale.best[index].value.point > middle
            ? "above \(Phrase.setting(high))" : "below \(Phrase.setting(low))"
    }

    /// The largest stable value, and how many times the best it is.
    private func stable(_ scale: FamilyResult.AtScale) -> String {
        guard let edge = scale.largestStable, let best = scale.best.first?.value.point else { return "–" }
        guard family.isPower(0) else { return Phrase.setting(edge) }
        return "\(Phrase.setting(edge)) (\(Quantity.significant(edge / best, digits: 2))×)"
    }

    /// How the largest stable value goes with scale, and which value that is; nil where none is shown.
    var stabilityNote: String? {
        guard family.scales.contains(where: { $0.largestStable != nil }) else { return nil }
        let meaning =
            "The largest stable value is the last one, going up from the best, before a run diverged or its loss was "
            + "more than a third above the best."
        guard let stability = family.stability else { return meaning }
        let isPower = family.isPower(0)
        let times = stability.timesBest.map {
            ", \(Phrase.interval($0) { Quantity.significant($0, digits: 2) }) times the best value"
        }
        return meaning + " "
            + Phrase.drift(
                stability.drift, of: SafeText.line(family.settings[0], limit: 40), "largest stable", axis: axis)
            + " At the target it is forecast at \(Phrase.best(stability.atTarget, isPower: isPower))\(times ?? "")."
    }

    /// What one step costs. A step outwards from a best value beyond the range tried is not known.
    private func costs(_ scale: FamilyResult.AtScale, _ index: Int) -> [String] {
        let best = scale.best[index], tried = scale.tried(index)
        return [
            best.value.point < tried.lowerBound ? "–" : Phrase.rise(best.costOfStepBelow),
            best.value.point > tried.upperBound ? "–" : Phrase.rise(best.costOfStepAbove),
        ]
    }

    // MARK: - The target

    /// The best values at the target, and the member to use there.
    var target: String {
        guard let target = family.scales.last(where: \.isTarget) else { return "" }
        let clauses = family.settings.indices.map { clause(target, $0) }
        let member = "of the members, \(SafeText.line(family.bestMember, limit: 60)) is forecast to be the best."
        let isBeyond = family.settings.indices.contains { target.isBeyond($0) }
        let sentences =
            isBeyond
            ? clauses.map { "At the target \($0). " }.joined() + "O" + member.dropFirst()
            : "At the target \(clauses.joined(separator: ", and ")); \(member)"
        return sentences + measured(target)
    }

    private func clause(_ target: FamilyResult.AtScale, _ index: Int) -> String {
        let name = "the best \(SafeText.line(family.settings[index], limit: 40))"
        guard target.isBeyond(index) else { return "\(name) is \(value(target, index))" }
        let probability = Phrase.percent(1 - target.best[index].probabilityInside)
        return "\(name) lies beyond the sweep with probability \(probability): widen it \(edge(target, index))"
    }

    /// What it costs to tune at the smallest rung alone; empty where that is not known, or a finding says so.
    var copied: String {
        guard let copied = family.copied, !family.findings.contains(where: { $0.code == "untuned" }) else { return "" }
        let values = zip(family.settings, copied.values).map { name, value in
            "\(SafeText.line(name, limit: 40)) \(Phrase.setting(value, digits: 2))"
        }
        return
            "The best settings of \(SafeText.line(copied.label)) (\(values.joined(separator: ", "))) would give away "
            + "\(Phrase.rise(copied.cost)) of the loss at the target."
    }

    /// What the runs of the family cost; empty for the candidates of a table.
    var cost: String {
        guard let cost = family.cost else { return "" }
        return
            "\(Phrase.runs(cost.runs)) of the family below the target cost \(Quantity.flops(cost.flops)); one run of every "
            + "member at every rung costs \(Quantity.flops(cost.flopsOfWholeSweep))."
    }

    var findings: [Finding] { family.findings }

    /// What the target itself shows, where two members or more were trained there.
    private func measured(_ target: FamilyResult.AtScale) -> String {
        let known = target.members.compactMap { member in member.loss.map { (member.candidate, $0) } }
        guard known.count > 1, let lowest = known.min(by: { $0.1 < $1.1 }) else { return "" }
        return
            " Of the \(known.count) members measured there, \(SafeText.line(lowest.0, limit: 60)) has the lowest loss."
    }
}

extension FamilyResult {
    /// Whether values of a setting are compared by their ratios.
    func isPower(_ setting: Int) -> Bool { drift.indices.contains(setting) ? drift[setting].isPower : true }
}

extension FamilyResult.AtScale {
    /// Whether the best value probably lies outside of the range that was tried. It was sought up to one step beyond, so
    /// its estimate says little then.
    func isBeyond(_ setting: Int) -> Bool { best[setting].probabilityInside < 0.5 }

    /// The range of a setting's values that members have here.
    func tried(_ setting: Int) -> ClosedRange<Double> {
        let values = members.map { $0.values[setting] }
        return (values.min() ?? 0)...(values.max() ?? 0)
    }
}
