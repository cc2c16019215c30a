// Ladders of many candidates, and the decisions that are drawn from them.
//
// The protocol: the rungs of a pair are those that both candidates have, as a compare of the two would group their
// runs. The largest rung is hidden and gives the truth. Visible are the rungs whose scale is smaller by a factor of at
// least the lever.

package import Comparison
import Foundation
package import ScalebenchCore
import ScalingLaws

/// Ladders read from tables with the columns source, ladder, candidate, scale, loss and, where axis is flops, tokens.
/// Other columns are ignored.
package struct DecisionLadders: Sendable {
    struct Run: Sendable {
        var place: RungGrouping.Place
        var loss: Double
    }
    private struct Key: Hashable {
        var source: String
        var ladder: String
    }

    private var runs: [Key: [String: [Run]]] = [:]
    private var order: [(key: Key, candidate: String)] = []

    /// Reads every ladder of a table.
    /// - Throws: `invalidInput` for a missing column or a scale or loss that is not a positive number.
    package init(_ table: LossTable) throws {
        try table.require(
            [.source, .ladder, .candidate, .scale, .loss],
            hint: "columns needed: source, ladder, candidate, scale, loss; leave out runs that diverged")
        for row in table.rows {
            let key = Key(source: table.text(.source, row) ?? "", ladder: table.text(.ladder, row) ?? "")
            let candidate = table.text(.candidate, row) ?? ""
            let hasTokens = try table.statedAxis(row) == .flops && table.text(.tokens, row).map { !$0.isEmpty } ?? false
            let place = RungGrouping.Place(
                candidate: candidate, scale: try table.number(.scale, row),
                tokens: hasTokens ? try table.number(.tokens, row) : nil)
            if runs[key]?[candidate] == nil { order.append((key, candidate)) }
            runs[key, default: [:]][candidate, default: []].append(
                Run(place: place, loss: try table.number(.loss, row)))
        }
    }

    /// The cases that a table lists by source, ladder, a, b, lever and the number of visible rungs.
    /// - Throws: `invalidInput` where the ladders lack a candidate or a rung that it names.
    package func cases(listedIn table: DelimitedText, file: String) throws -> [DecisionCase] {
        let columns = try table.columns(["source", "ladder", "a", "b", "lever", "visible"], file: file)
        return try table.rows.map { line, cells in
            let key = Key(source: cells[columns[0]], ladder: cells[columns[1]])
            guard let lever = Double(cells[columns[4]]), let visible = Int(cells[columns[5]]), visible >= 2,
                let rungs = shared(key, cells[columns[2]], cells[columns[3]]), rungs.count > visible
            else {
                throw ScalebenchError(
                    .invalidInput, "the ladders do not contain this decision", at: "\(file):\(line)",
                    hint: "give the ladder table that the decisions were made from")
            }
            return DecisionCase(
                source: key.source, ladder: key.ladder, a: cells[columns[2]], b: cells[columns[3]], lever: lever,
                seen: Array(rungs.prefix(visible)), target: rungs[rungs.count - 1])
        }
    }

    /// Every pair at levers of 3, 10 and 30, at most `most` per ladder and lever (evenly spread over the pairs).
    package func cases(most: Int = 60) -> [DecisionCase] {
        var result: [DecisionCase] = []
        for (key, names) in namesByLadder {
            var seen: Set<String> = []
            for lever in [3.0, 10, 30] {
                let found = pairs(names).compactMap { a, b -> DecisionCase? in
                    guard let rungs = shared(key, a, b), rungs.count >= 3 else { return nil }
                    let target = rungs[rungs.count - 1], visible = rungs.below(target, lever: lever)
                    guard visible.count >= 2, !seen.contains("\(a)\u{0}\(b)\u{0}\(visible.count)"),
                        target.lossesA.mean != target.lossesB.mean
                    else { return nil }
                    return DecisionCase(
                        source: key.source, ladder: key.ladder, a: a, b: b, lever: lever, seen: visible,
                        target: target)
                }
                let kept = found.evenlySpread(most)
                for one in kept { seen.insert("\(one.a)\u{0}\(one.b)\u{0}\(one.visible.count)") }
                result += kept
            }
        }
        return result
    }

    /// What pairs show at each stage: those that reach the ladder's largest scale by the most stages, at most `most` per
    /// ladder (evenly spread).
    package func stagedPairs(most: Int = 300) -> [StagedPair] {
        namesByLadder.flatMap { key, names in
            let top = runs[key]?.values.joined().map(\.place.scale).max() ?? 0
            let found = pairs(names).compactMap { a, b -> StagedPair? in
                guard let rungs = shared(key, a, b), let target = rungs.last,
                    RungGrouping.isSameScale(target.scale, top), target.lossesA.mean != target.lossesB.mean
                else { return nil }
                let pair = StagedPair(source: key.source, ladder: key.ladder, a: a, b: b, rungs: rungs)
                return pair.stages.isEmpty ? nil : pair
            }
            let mostStages = found.map(\.stages.count).max()
            return found.filter { $0.stages.count == mostStages }.evenlySpread(most)
        }
    }

    /// The candidates of every ladder, by name.
    private var namesByLadder: [(key: Key, names: [String])] {
        Dictionary(grouping: order, by: \.key).map { ($0.key, $0.value.map(\.candidate).sorted()) }
            .sorted { ($0.key.source, $0.key.ladder) < ($1.key.source, $1.key.ladder) }
    }

    /// Every candidate alone at levers of 3, 10 and 30, at most `most` per source (evenly spread).
    package func levels(most: Int = 160) -> [LevelCase] {
        var bySource: [String: [LevelCase]] = [:]
        for (key, candidate) in order {
            let rungs = rungs(runs[key]?[candidate] ?? []).map { GapRung($0, a: candidate, b: candidate) }
            // Where the number of tokens differs at one scale, the loss does not follow from the scale alone.
            let isOneLength = zip(rungs, rungs.dropFirst()).allSatisfy { !RungGrouping.isSameScale($0.scale, $1.scale) }
            guard rungs.count >= 3, let target = rungs.last, isOneLength else { continue }
            var seen: Set<Int> = []
            for lever in [3.0, 10, 30] {
                let limit = log10(target.scale) - log10(lever) + 0.02
                let visible = rungs.filter { log10($0.scale) <= limit }
                guard visible.count >= 2, seen.insert(visible.count).inserted else { continue }
                bySource[key.source, default: []].append(
                    LevelCase(
                        source: key.source, candidate: "\(key.ladder)\u{0}\(candidate)",
                        scales: visible.map(\.scale), losses: visible.map(\.lossesA.mean), target: target.scale,
                        truth: target.lossesA.mean))
            }
        }
        return bySource.keys.sorted().flatMap { (bySource[$0] ?? []).evenlySpread(most) }
    }

    /// The ladders with their candidates, sorted.
    var ladders: [(source: String, ladder: String, names: [String])] {
        namesByLadder.map { ($0.key.source, $0.key.ladder, $0.names) }
    }

    /// The runs of one candidate.
    func runs(_ source: String, _ ladder: String, _ candidate: String) -> [Run] {
        runs[Key(source: source, ladder: ladder)]?[candidate] ?? []
    }

    private func pairs(_ names: [String]) -> [(String, String)] {
        names.indices.flatMap { i in names[(i + 1)...].map { (names[i], $0) } }
    }

    /// The rungs of a pair, in ascending scale; nil for a candidate that the ladder does not have.
    private func shared(_ key: Key, _ a: String, _ b: String) -> [GapRung]? {
        guard let runsA = runs[key]?[a], let runsB = runs[key]?[b] else { return nil }
        return rungs(runsA + runsB).map { GapRung($0, a: a, b: b) }.filter {
            !$0.lossesA.isEmpty && !$0.lossesB.isEmpty
        }
    }

    private func rungs(_ runs: [Run]) -> [[Run]] {
        RungGrouping.rungs(runs.map(\.place)).map { group in group.map { runs[$0] } }
    }
}

extension GapRung {
    /// The runs of one rung.
    fileprivate init(_ runs: [DecisionLadders.Run], a: String, b: String) {
        let tokens = runs.compactMap(\.place.tokens)
        self.init(
            scale: runs.map(\.place.scale).geometricMean,
            tokens: tokens.count == runs.count ? tokens.geometricMean : nil,
            lossesA: runs.filter { $0.place.candidate == a }.map(\.loss),
            lossesB: runs.filter { $0.place.candidate == b }.map(\.loss))
    }
}
