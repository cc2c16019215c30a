// The ladder that a table of results holds, and the target that it is judged at.

import Foundation
import ScalebenchCore
import ScalingLaws

extension RunTable {
    /// A model that is in the table with at least so many numbers of tokens may be one run.
    private static let fewestPoints = 4

    /// The ladder below the target, with the target's own runs where the table has some. These lie within 2.5 % of its
    /// scale and, where its tokens are given, 10 % of these. Other runs at or above it are left out.
    /// - Throws: `invalidInput` where the target's scale does not follow from the table, or fewer than two rungs lie
    ///   below it.
    package func ladder(target wanted: Target) throws -> Ladder {
        let rungs = grouped()
        let (scale, tokens) = try place(wanted)
        let below = rungs.filter { RungGrouping.isBelow($0.scale, scale) }
        guard below.count >= 2 else {
            throw ScalebenchError(
                .invalidInput,
                rungs.contains { $0.scale > scale }
                    ? "the target of \(Quantity.scale(scale, axis)) lies below the ladder"
                    : "the ladder has \(below.count) rung below the target", at: file,
                hint: "the target must lie above at least two rungs; \(axis.unit) here: "
                    + rungs.map { Quantity.short($0.scale) }.joined(separator: ", "))
        }
        let observed = rungs.filter {
            RungGrouping.isSameScale($0.scale, scale) && RungGrouping.areSameTokens($0.tokens, tokens ?? $0.tokens)
        }
        guard observed.count < 2 || observed[0].tokens == nil else {
            throw ScalebenchError(
                .invalidInput,
                "runs at the target's scale were trained on "
                    + observed.map { Quantity.short($0.tokens ?? 0) }.joined(separator: " and ") + " tokens", at: file,
                hint: "say which of them is the target: --target-tokens")
        }
        var target = observed.first ?? LadderRung(label: "", scale: scale, points: candidates.map { _ in [] })
        let others = rungs.filter { !RungGrouping.isBelow($0.scale, scale) && $0.label != target.label }
        target.scale = scale
        target.tokens = tokens ?? target.tokens
        if case .model(let parameters, let tokens) = wanted {
            target.label = "\(Quantity.short(parameters)) parameters, \(Quantity.short(tokens)) tokens"
        } else if let tokens = target.tokens, TokenLine(below)?.isBent == true {
            target.label = "\(Quantity.flops(scale)), \(Quantity.short(tokens)) tokens"
        } else {
            target.label = Quantity.scale(scale, axis)
        }
        var ladder = Ladder(
            axis: axis, candidates: candidates, rungs: below, target: target, rungsAbove: others.map(\.label))
        ladder.judged = judged
        if !settings.isEmpty {
            ladder.families = [
                LadderFamily(
                    name: nil, settings: settings.map { LadderSetting(name: $0.column, isLinear: $0.isLinear) })
            ]
            let known = Set(rows.filter { $0.settings != nil }.map(\.place.candidate))
            ladder.familyOf = candidates.map { known.contains($0) ? 0 : nil }
        }
        return ladder
    }

    /// The findings that the rows of the table call for; they hold for every pair.
    package var findings: [Finding] { readingFindings + (alongOneRun.map { [$0] } ?? []) }

    /// Losses along one run share their errors, and those before the end of its schedule are no results. A table cannot
    /// say whether one model's rows are its checkpoints or runs of their own.
    private var alongOneRun: Finding? {
        let models = Dictionary(grouping: rows.filter { $0.parameters != nil }) { row in
            [row.place.candidate, row.seed, "\(row.parameters ?? 0)"]
        }
        let longest = models.values.max { ($0.count, $1[0].line) < ($1.count, $0[0].line) } ?? []
        guard longest.count >= Self.fewestPoints, let size = longest[0].parameters else { return nil }
        return Finding(
            "alongOneRun", .note,
            "\(longest[0].place.candidate) of \(Quantity.short(size)) parameters is in the table with \(longest.count) numbers of "
                + "tokens",
            advice:
                "if these are points along one run, keep only its last row: they share errors, and before the end of "
                + "the schedule a loss is no result; the verdict would be too sure")
    }

    /// The target's scale on the axis, and its tokens where they are known.
    private func place(_ target: Target) throws -> (scale: Double, tokens: Double?) {
        guard axis == .flops, rows.allSatisfy({ $0.place.tokens != nil }) else {
            guard case .scale(let scale, nil) = target else {
                throw ScalebenchError(
                    .invalidInput,
                    axis == .flops
                        ? "the tokens of the target are given, but the table has no column tokens"
                        : "the tokens of the target are given, but the scale counts \(axis.unit) alone", at: file,
                    hint: axis == .flops
                        ? "add the training tokens of every run, or leave out --target-tokens"
                        : "use --axis flops, with the columns parameters and tokens")
            }
            return (scale, nil)
        }
        guard case .model(let parameters, let tokens) = target else {
            guard case .scale(let scale, let tokens) = target else { preconditionFailure("two cases") }
            return (scale, tokens)
        }
        // FLOPs per parameter and token come from the table: from the target's runs if it has some, else from all runs.
        let known = rows.compactMap { row in
            row.parameters.map { (parameters: $0, tokens: row.place.tokens ?? 0, scale: row.place.scale) }
        }
        guard known.count == rows.count else {
            throw ScalebenchError(
                .invalidInput, "the parameters of the target are given, but not of every run", at: file,
                hint: "fill in the column parameters, or give the target's FLOPs: --target-scale")
        }
        let trained = known.filter {
            RungGrouping.isSameScale($0.parameters, parameters) && RungGrouping.isSameScale($0.tokens, tokens)
        }
        let rates = (trained.isEmpty ? known : trained).map { log($0.scale / $0.parameters / $0.tokens) }
        return (exp(rates.mean) * parameters * tokens, tokens)
    }

    /// The rungs of the rows, smallest first.
    private func grouped() -> [LadderRung] {
        let groups = RungGrouping.rungs(rows.map(\.place)).map { group in group.map { rows[$0] } }
        let rungs = groups.map(rung)
        guard TokenLine(rungs)?.isBent == true else { return rungs }
        return zip(rungs, groups).map { rung, group in
            var rung = rung
            let parameters = group.compactMap(\.parameters)
            let size = parameters.isEmpty ? rung.label : "\(Quantity.short(parameters.geometricMean)) parameters"
            rung.label = "\(size), \(Quantity.short(rung.tokens ?? 0)) tokens"
            return rung
        }
    }

    private func rung(_ group: [Row]) -> LadderRung {
        let scale = group.map(\.place.scale).geometricMean, tokens = group.compactMap(\.place.tokens)
        let byCandidate = Dictionary(grouping: group, by: \.place.candidate)
        var rung = LadderRung(
            label: Quantity.scale(scale, axis), scale: scale, flops: axis == .flops ? scale : nil,
            tokens: tokens.isEmpty ? nil : tokens.geometricMean,
            points: candidates.map { name in
                (byCandidate[name] ?? []).map { row in
                    var point = ScalingPoint(seed: row.seed, loss: row.loss)
                    point.times = row.time.map { [$0] } ?? []
                    return point
                }
            })
        if !settings.isEmpty { rung.settings = candidates.map { byCandidate[$0]?.compactMap(\.settings).first } }
        return rung
    }
}
