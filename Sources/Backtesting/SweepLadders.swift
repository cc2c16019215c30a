// Families of candidates that differ in numbers, and the questions that are drawn from them.
//
// A table `settings.csv` beside `ladders.csv` says what the candidates' settings are: source, candidate, setting, value
// and scale, which is `log` (ratios count), `linear` (differences count), `category` or `share`. Where a setting changes
// along the ladder, a column `rung` holds the ladder's scale that a row is for. Candidates of one source with equal
// categories and settings of the same names are a family. Shares of a mixture are no settings yet, so sources with them
// are left out.
//
// The protocol: the largest rung is hidden. Visible are the rungs whose scale is smaller by a factor of at least the
// lever, for levers of 3, 10 and 30. Every pair of members with different settings is a decision.

package import Comparison
import Foundation
package import ScalebenchCore
import ScalingLaws

/// One family, the rungs that are shown, and the rung that is hidden.
package struct SweepQuestion: Sendable {
    package var source: String
    package var ladder: String
    package var lever: Double
    /// The hidden rung with what is known below it.
    package var held: HeldOutRung
    /// The family's ladder; its rungs are those that are shown, its target is the hidden one.
    package var family: Ladder
}

/// The settings of candidates, read from `settings.csv`.
package struct SettingsTable: Sendable {
    private struct Key: Hashable {
        var source: String
        var candidate: String
    }
    private struct Value {
        var value: Double
        /// The scale of the rung that the value belongs to; nil for all.
        var rung: Double?
    }
    private var numbers: [Key: [LadderSettingKey: [Value]]] = [:]
    private var categories: [Key: [String: String]] = [:]
    private var withShares: Set<String> = []

    private struct LadderSettingKey: Hashable, Comparable {
        var name: String
        var isLinear: Bool
        static func < (a: Self, b: Self) -> Bool { a.name < b.name }
    }

    /// - Throws: `invalidInput` for a missing column, or a value that does not fit its scale.
    package init(_ text: DelimitedText, file: String) throws {
        let columns = try text.columns(["source", "candidate", "setting", "value", "scale"], file: file)
        let rung = text.header.firstIndex(of: "rung")
        for (line, cells) in text.rows {
            let key = Key(source: cells[columns[0]], candidate: cells[columns[1]])
            let name = cells[columns[2]], kind = cells[columns[4]]
            switch kind {
            case "category": categories[key, default: [:]][name] = cells[columns[3]]
            case "share": withShares.insert(key.source)
            case "log", "linear":
                guard let value = Double(cells[columns[3]]), value.isFinite, kind == "linear" || value > 0 else {
                    throw ScalebenchError(
                        .invalidInput, "value \"\(cells[columns[3]])\" is no number of scale \(kind)",
                        at: "\(file):\(line)", hint: "log takes positive numbers, linear any")
                }
                numbers[key, default: [:]][LadderSettingKey(name: name, isLinear: kind == "linear"), default: []]
                    .append(Value(value: value, rung: rung.flatMap { Double(cells[$0]) }))
            default:
                throw ScalebenchError(
                    .invalidInput, "scale \"\(kind)\" is none", at: "\(file):\(line)",
                    hint: "use log, linear, category or share")
            }
        }
    }

    /// The families among candidates of a source: their names, the settings that differ, and a member's values at a scale.
    func families(
        of source: String, among names: [String]
    ) -> [(names: [String], settings: [LadderSetting], values: (String, Double) -> [Double]?)] {
        guard !withShares.contains(source) else { return [] }
        let groups = Dictionary(grouping: names.filter { numbers[Key(source: source, candidate: $0)] != nil }) { name in
            let key = Key(source: source, candidate: name)
            return [
                (categories[key] ?? [:]).map { "\($0)=\($1)" }.sorted(),
                (numbers[key] ?? [:]).keys.map(\.name).sorted(),
            ]
        }
        return groups.values.map { $0.sorted() }.sorted { $0[0] < $1[0] }.compactMap { members in
            let keys = (numbers[Key(source: source, candidate: members[0])] ?? [:]).keys.sorted().filter { key in
                let all = members.map { (numbers[Key(source: source, candidate: $0)]?[key] ?? []).map(\.value) }
                return Set(all).count > 1
            }
            guard !keys.isEmpty else { return nil }
            return (
                members, keys.map { LadderSetting(name: $0.name, isLinear: $0.isLinear) },
                { name, scale in
                    let known = keys.compactMap { key -> Double? in
                        let values = numbers[Key(source: source, candidate: name)]?[key] ?? []
                        return (values.first { $0.rung.map { RungGrouping.isSameScale($0, scale) } ?? true })?.value
                    }
                    return known.count == keys.count ? known : nil
                }
            )
        }
    }
}

extension DecisionLadders {
    /// The questions that the families of these ladders answer.
    package func sweeps(_ settings: SettingsTable) -> [SweepQuestion] {
        ladders.flatMap { entry in
            settings.families(of: entry.source, among: entry.names).flatMap { family in
                questions(entry, family.names, family.settings, family.values)
            }
        }
    }

    private func questions(
        _ entry: (source: String, ladder: String, names: [String]), _ names: [String], _ settings: [LadderSetting],
        _ values: (String, Double) -> [Double]?
    ) -> [SweepQuestion] {
        guard names.count >= SettingsSurface.fewestMembers else { return [] }
        let runs = names.flatMap { self.runs(entry.source, entry.ladder, $0) }
        let rungs = RungGrouping.rungs(runs.map(\.place)).map { group -> LadderRung in
            let here = group.map { runs[$0] }, scale = here.map(\.place.scale).geometricMean
            var rung = LadderRung(
                label: Quantity.scale(scale, .parameters), scale: scale,
                points: names.map { name in
                    here.filter { $0.place.candidate == name }.enumerated().map {
                        ScalingPoint(seed: "\($0.offset)", loss: $0.element.loss)
                    }
                })
            rung.settings = names.map { values($0, scale) }
            return rung
        }
        guard let hidden = rungs.last else { return [] }
        var seen: Set<Int> = []
        return [3.0, 10, 30].compactMap { lever in
            let visible = rungs.filter { log10($0.scale) <= log10(hidden.scale) - log10(lever) + 0.012 }
            guard visible.count >= 2, seen.insert(visible.count).inserted else { return nil }
            var ladder = Ladder(axis: .parameters, candidates: names, rungs: visible, target: hidden)
            ladder.families = [LadderFamily(name: nil, settings: settings)]
            ladder.familyOf = names.map { _ in 0 }
            return SweepQuestion(
                source: entry.source, ladder: entry.ladder, lever: lever, held: ladder.targetHeldOut, family: ladder)
        }
    }
}
