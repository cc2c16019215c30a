// One decision of the backtest: a pair's visible rungs, and what happened at a scale that was hidden.
// The protocol: rungs are scales that both candidates have (log10 rounded to two decimals); visible are those at least a
// lever below the largest shared one, which is the truth. Losses of several seeds count by their mean; where a visible rung
// has several, the seed noise is known from the visible rungs as it would be to a verdict.

import Foundation
package import ScalebenchCore
package import ScalingLaws

/// A pair, its visible rungs, and the truth.
package struct DecisionCase: Sendable {
    package var source: String
    package var ladder: String
    package var a: String
    package var b: String
    /// How far the target lies beyond the visible rungs, at least.
    package var lever: Double
    package var visible: [GapRung]
    /// Where the seed noise is known, its σ is what the rungs below say of it.
    package var target: GapRung
    /// The data's entropy, where it is known.
    package var knownFloor: Double?

    /// Loss of B − loss of A.
    package var observedGap: Double { target.lossesB.mean - target.lossesA.mean }
    package var aIsBetter: Bool { target.lossesA.mean < target.lossesB.mean }
    /// Whether A has the smaller loss at the top visible rung.
    package var aIsAhead: Bool { visible[visible.count - 1].lossesA.mean < visible[visible.count - 1].lossesB.mean }
    /// A crossover: ranking at the top visible rung is wrong.
    package var isCrossover: Bool { aIsAhead != aIsBetter }
}

/// Ladders read from tables with the columns source, ladder, candidate, scale, loss and, where axis is flops, tokens; others
/// are ignored.
package struct DecisionLadders: Sendable {
    /// log10 scale and tokens in hundredths: runs of one rung seldom cost exactly the same.
    private struct Rung: Hashable, Comparable {
        var scale: Int
        var tokens: Int?

        static func < (first: Rung, second: Rung) -> Bool {
            (first.scale, first.tokens ?? 0) < (second.scale, second.tokens ?? 0)
        }
    }
    private struct Runs {
        var scale: Double
        var tokens: Double?
        var losses: [Double]
    }
    private struct Key: Hashable {
        var source: String
        var ladder: String
    }

    private var runs: [Key: [String: [Rung: Runs]]] = [:]
    private var order: [(key: Key, candidate: String)] = []

    /// - Throws: `invalidInput` for a missing column or a scale or loss that is not a positive number.
    package init(_ table: DelimitedText, file: String) throws {
        let columns = try Self.columns(["source", "ladder", "candidate", "scale", "loss"], table, file)
        let axis = table.header.firstIndex(of: "axis"), length = table.header.firstIndex(of: "tokens")
        for (line, cells) in table.rows {
            let isOverFlops = axis.map { cells[$0] == ScaleAxis.flops.rawValue } ?? false
            let written = isOverFlops ? length.map { cells[$0] } ?? "" : ""
            // What is written but is no number becomes one that is refused below.
            let tokens = written.isEmpty ? nil : Double(written) ?? .nan
            guard let scale = Double(cells[columns[3]]), let loss = Double(cells[columns[4]]),
                scale > 0, loss > 0, scale.isFinite, loss.isFinite, tokens.map({ $0 > 0 && $0.isFinite }) ?? true
            else {
                throw ScalebenchError(
                    .invalidInput, "scale, loss or tokens is not a positive number", at: "\(file):\(line)",
                    hint: "remove runs that diverged")
            }
            let key = Key(source: cells[columns[0]], ladder: cells[columns[1]]), candidate = cells[columns[2]]
            if runs[key]?[candidate] == nil { order.append((key, candidate)) }
            let hundredths = { (value: Double) in Int((log10(value) * 100).rounded(.toNearestOrEven)) }
            let rung = Rung(scale: hundredths(scale), tokens: tokens.map(hundredths))
            runs[key, default: [:]][candidate, default: [:]][
                rung, default: Runs(scale: scale, tokens: tokens, losses: [])
            ].losses.append(loss)
        }
    }

    /// The cases that a table lists by source, ladder, a, b, lever and the number of visible rungs.
    /// - Throws: `invalidInput` where the ladders do not have what it names.
    package func cases(listedIn table: DelimitedText, file: String) throws -> [DecisionCase] {
        let columns = try Self.columns(["source", "ladder", "a", "b", "lever", "visible"], table, file)
        return try table.rows.map { line, cells in
            let key = Key(source: cells[columns[0]], ladder: cells[columns[1]])
            guard let lever = Double(cells[columns[4]]), let visible = Int(cells[columns[5]]), visible >= 2,
                let rungs = shared(key, cells[columns[2]], cells[columns[3]]), rungs.count > visible
            else {
                throw ScalebenchError(
                    .invalidInput, "the ladders do not hold this decision", at: "\(file):\(line)",
                    hint: "give the ladder table that the decisions were made from")
            }
            return DecisionCase(
                source: key.source, ladder: key.ladder, a: cells[columns[2]], b: cells[columns[3]], lever: lever,
                seen: Array(rungs.prefix(visible)), target: rungs[rungs.count - 1])
        }
    }

    /// Every pair at levers of 3, 10 and 30, at most `most` per ladder and lever (evenly spread over the pairs).
    package func cases(most: Int = 60) -> [DecisionCase] {
        var candidates: [Key: [String]] = [:]
        for (key, candidate) in order { candidates[key, default: []].append(candidate) }
        var result: [DecisionCase] = []
        for key in candidates.keys.sorted(by: { ($0.source, $0.ladder) < ($1.source, $1.ladder) }) {
            let names = (candidates[key] ?? []).sorted()
            var seen: Set<String> = []
            for lever in [3.0, 10, 30] {
                let found = pairs(names).compactMap { a, b -> DecisionCase? in
                    guard let rungs = shared(key, a, b), rungs.count >= 3 else { return nil }
                    let target = rungs[rungs.count - 1]
                    let limit = log10(target.scale) - log10(lever) + 0.02
                    let visible = rungs.filter { log10($0.scale) <= limit }
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

    /// Every candidate alone at levers of 3, 10 and 30, at most `most` per source (evenly spread).
    package func levels(most: Int = 160) -> [LevelCase] {
        var bySource: [String: [LevelCase]] = [:]
        for (key, candidate) in order {
            let own = (runs[key]?[candidate] ?? [:]).sorted { $0.key < $1.key }, rungs = own.map(\.value)
            // A loss over scale alone is no law where lengths differ too.
            guard rungs.count >= 3, let target = rungs.last, Set(own.map(\.key.scale)).count == own.count else {
                continue
            }
            var seen: Set<Int> = []
            for lever in [3.0, 10, 30] {
                let limit = log10(target.scale) - log10(lever) + 0.02
                let visible = rungs.filter { log10($0.scale) <= limit }
                guard visible.count >= 2, seen.insert(visible.count).inserted else { continue }
                bySource[key.source, default: []].append(
                    LevelCase(
                        source: key.source, candidate: "\(key.ladder)\u{0}\(candidate)",
                        scales: visible.map(\.scale), losses: visible.map(\.losses.mean), target: target.scale,
                        truth: target.losses.mean))
            }
        }
        return bySource.keys.sorted().flatMap { (bySource[$0] ?? []).evenlySpread(most) }
    }

    private func pairs(_ names: [String]) -> [(String, String)] {
        names.indices.flatMap { i in names[(i + 1)...].map { (names[i], $0) } }
    }

    /// The rungs of a pair, in ascending scale; the scale is A's.
    private func shared(_ key: Key, _ a: String, _ b: String) -> [GapRung]? {
        guard let runsA = runs[key]?[a], let runsB = runs[key]?[b] else { return nil }
        return runsA.keys.filter { runsB[$0] != nil }.sorted().compactMap { rung in
            guard let first = runsA[rung], let second = runsB[rung] else { return nil }
            return GapRung(
                scale: first.scale, tokens: first.tokens, lossesA: first.losses, lossesB: second.losses)
        }
    }

    private static func columns(_ names: [String], _ table: DelimitedText, _ file: String) throws -> [Int] {
        try names.map { name in
            guard let index = table.header.firstIndex(of: name) else {
                throw ScalebenchError(
                    .invalidInput, "no column \(name)", at: "\(file):1",
                    hint: "columns needed: \(names.joined(separator: ", "))")
            }
            return index
        }
    }
}

extension DecisionCase {
    /// With the seed noise that the visible rungs show; none is known where no candidate has two seeds at one of them.
    fileprivate init(
        source: String, ladder: String, a: String, b: String, lever: Double, seen: [GapRung], target: GapRung
    ) {
        let noise = SeedNoise(
            groups: seen.flatMap { rung in
                [rung.lossesA, rung.lossesB].enumerated().map {
                    SeedGroup(candidate: $0, scale: rung.scale, losses: $1)
                }
            })
        let knowing = { (rung: GapRung) in
            guard noise.replicatedGroups > 0 else { return rung }
            var rung = rung
            rung.sigmaA = noise.sigma(at: rung.scale, candidate: 0)
            rung.sigmaB = noise.sigma(at: rung.scale, candidate: 1)
            return rung
        }
        self.init(
            source: source, ladder: ladder, a: a, b: b, lever: lever, visible: seen.map(knowing),
            target: knowing(target))
    }
}
