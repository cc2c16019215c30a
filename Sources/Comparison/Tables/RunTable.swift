// Runs that were trained elsewhere: a CSV of final losses becomes a ladder.
//
// Columns `candidate,scale,seed,loss`, or `config,params,tokens,flops,seed,loss,metric`; others are ignored. A file that
// holds several ladders (more than one value of source, ladder, metric or axis) must be narrowed with `--where`.
// On an axis of FLOPs a column `tokens` tells runs of equal cost apart: small models trained long, large ones briefly.

import Foundation
public import ScalebenchCore
import ScalingLaws

/// Final losses by candidate and scale, read from a table.
public struct RunTable: Sendable {
    /// How a table is to be read.
    public struct Query: Sendable {
        /// Nil: the table's own `axis` column, else FLOPs where every row has them, else parameters, else tokens.
        public var axis: ScaleAxis?
        /// Rows to keep: column equals value.
        public var filters: [TableFilter]
        /// Candidates to keep, the first is A; empty: all in the table's order.
        public var candidates: [String]
        /// A, where all candidates are kept; nil: the first in the table.
        public var reference: String?

        public init(
            axis: ScaleAxis? = nil, filters: [TableFilter] = [], candidates: [String] = [],
            reference: String? = nil
        ) {
            self.axis = axis
            self.filters = filters
            self.candidates = candidates
            self.reference = reference
        }
    }

    /// Where a table's ladder is judged.
    public enum Target: Sendable {
        /// In units of the axis. On an axis of FLOPs the tokens say how the target is trained; nil: as runs of that scale
        /// in the table are, else as the ladder goes on.
        case scale(Double, tokens: Double? = nil)
        /// A model of so many parameters, on an axis of FLOPs.
        case model(parameters: Double, tokens: Double)
    }

    private struct Row {
        var line: Int
        var candidate: String
        var seed: String
        var scale: Double
        /// On an axis of FLOPs or tokens, where every row has them.
        var parameters: Double?
        /// On an axis of FLOPs, where every row has them.
        var tokens: Double?
        var loss: Double

        func isPlaced(as other: Row) -> Bool { scale == other.scale && tokens == other.tokens }
    }

    /// Scales closer than this are one rung: candidates of one ladder seldom cost exactly the same.
    private static let rungTolerance = 1.025
    /// Of one scale, runs of one candidate whose tokens differ by more than this are two rungs.
    private static let tokenTolerance = 1.1
    /// One model with so many numbers of tokens may be one run.
    private static let fewestPoints = 4

    private let file: String
    private let axis: ScaleAxis
    private let rows: [Row]
    private let candidates: [String]

    package init(_ text: DelimitedText, file: String, query: Query) throws {
        self.file = file
        let kept = try text.rows(keeping: query.filters, file: file)
        try text.requireOneLadder(kept, file: file)
        let columns = try Columns(text.header, kept, query.axis, file)
        axis = columns.axis
        let all = try kept.map { try columns.row($0.line, $0.cells, file: file) }
        var order: [String] = []
        var known: Set<String> = []
        for row in all where known.insert(row.candidate).inserted { order.append(row.candidate) }
        for name in query.candidates + [query.reference].compactMap({ $0 }) where !known.contains(name) {
            throw ScalebenchError(
                .notFound, "no candidate \"\(name)\"", at: file,
                hint: NearestName.hint(
                    name, among: order,
                    otherwise: "candidates here: \(order.prefix(12).joined(separator: ", "))"))
        }
        var wanted = query.candidates.isEmpty ? order : query.candidates
        if let reference = query.reference { wanted = [reference] + wanted.filter { $0 != reference } }
        try Self.requireReference(query, among: wanted, file: file)
        guard wanted.count >= 2 else {
            throw ScalebenchError(
                .invalidInput, "a comparison needs two candidates, found \(wanted.count)", at: file)
        }
        guard Set(wanted).count == wanted.count else {
            throw ScalebenchError(.invalidInput, "a candidate is named twice", at: file, hint: "name each once")
        }
        candidates = wanted
        rows = all.filter { wanted.contains($0.candidate) }
        try Self.refuseDuplicates(rows, columns.telling, file: file)
    }

    /// The ladder below the target; runs at the target (within 2.5 % of its scale, and of its tokens where several
    /// lengths were trained there) are what was observed there. Other runs of that scale or above do not take part.
    /// - Throws: `invalidInput` for a target that the table cannot place, or with fewer than two rungs below it.
    package func ladder(target wanted: Target) throws -> Ladder {
        let rungs = grouped()
        let (scale, tokens) = try place(wanted)
        let limit = scale / Self.rungTolerance
        let below = rungs.filter { $0.scale < limit }
        guard below.count >= 2 else {
            throw ScalebenchError(
                .invalidInput,
                rungs.contains { $0.scale > scale }
                    ? "the target \(Quantity.short(scale)) lies below the ladder"
                    : "the ladder has \(below.count) rung below the target", at: file,
                hint: "the target must lie above at least two rungs; \(axis.unit) here: "
                    + rungs.map { Quantity.short($0.scale) }.joined(separator: ", "))
        }
        let there = rungs.filter { abs(log($0.scale / scale)) <= log(Self.rungTolerance) }
        let observed = there.filter { Self.areClose($0.tokens, tokens ?? $0.tokens) }
        guard observed.count < 2 || observed[0].tokens == nil else {
            throw ScalebenchError(
                .invalidInput,
                "runs at the target's scale were trained on "
                    + observed.map { Quantity.short($0.tokens ?? 0) }.joined(separator: " and ") + " tokens", at: file,
                hint: "say which of them is the target: --target-tokens")
        }
        var target = observed.first ?? LadderRung(label: "", scale: scale, points: candidates.map { _ in [] })
        let others = rungs.filter { $0.scale >= limit && $0.label != target.label }
        target.scale = scale
        target.tokens = tokens ?? target.tokens
        if case .model(let parameters, let tokens) = wanted {
            target.label = "\(Quantity.short(parameters)) parameters, \(Quantity.short(tokens)) tokens"
        } else if let tokens = target.tokens, TokenLine(below)?.isBent == true {
            target.label = "\(Quantity.short(scale)) FLOPs, \(Quantity.short(tokens)) tokens"
        } else {
            target.label = Quantity.short(scale)
        }
        return Ladder(
            axis: axis, candidates: candidates, rungs: below, target: target, rungsAbove: others.map(\.label))
    }

    /// What the rows show that the ladder does not.
    package var findings: [Finding] { alongOneRun.map { [$0] } ?? [] }

    /// Losses along one run err together and, before the end of its schedule, are no results; a table cannot say whether
    /// one model's rows are its checkpoints or runs of their own.
    private var alongOneRun: Finding? {
        let models = Dictionary(grouping: rows.filter { $0.parameters != nil }) { row in
            [row.candidate, row.seed, "\(row.parameters ?? 0)"]
        }
        let longest = models.values.max { ($0.count, $1[0].line) < ($1.count, $0[0].line) } ?? []
        guard longest.count >= Self.fewestPoints, let size = longest[0].parameters else { return nil }
        return Finding(
            "alongOneRun", .note,
            "\(longest[0].candidate) of \(Quantity.short(size)) parameters is in the table with \(longest.count) numbers of "
                + "tokens",
            advice:
                "if these are points along one run, keep its last row alone: they err together, and before the end of "
                + "the schedule a loss is no result; the verdict would be too sure")
    }

    /// The target's scale on the axis, and its tokens where they are known.
    private func place(_ target: Target) throws -> (scale: Double, tokens: Double?) {
        guard axis == .flops, rows.allSatisfy({ $0.tokens != nil }) else {
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
        // The table's own FLOPs per parameter and token: where the target was trained those of its runs, else the mean.
        let known = rows.compactMap { row in
            row.parameters.map { (parameters: $0, tokens: row.tokens ?? 0, scale: row.scale) }
        }
        guard known.count == rows.count else {
            throw ScalebenchError(
                .invalidInput, "the parameters of the target are given, but not of every run", at: file,
                hint: "fill in the column parameters, or give the target's FLOPs: --target-scale")
        }
        let close = { (a: Double, b: Double) in abs(log(a / b)) <= log(Self.rungTolerance) }
        let trained = known.filter { close($0.parameters, parameters) && close($0.tokens, tokens) }
        let rates = (trained.isEmpty ? known : trained).map { log($0.scale / $0.parameters / $0.tokens) }
        return (exp(rates.mean) * parameters * tokens, tokens)
    }

    /// Rows at nearly equal scales become one rung, unless one candidate has several there: it was trained at two scales,
    /// or on different numbers of tokens.
    private func grouped() -> [LadderRung] {
        let apart = severalLengths()
        var groups: [[Row]] = []
        for row in rows.sorted(by: { ($0.scale, $0.tokens ?? 0) < ($1.scale, $1.tokens ?? 0) }) {
            let near = groups.indices.reversed().prefix { row.scale <= groups[$0][0].scale * Self.rungTolerance }
            let own = near.first { index in
                let first = groups[index][0]
                return (Self.areClose(first.tokens, row.tokens) || apart.isDisjoint(with: [first.line, row.line]))
                    && !groups[index].contains { $0.candidate == row.candidate && !$0.isPlaced(as: row) }
            }
            if let own { groups[own].append(row) } else { groups.append([row]) }
        }
        let rungs = groups.map { group in
            let scale = Self.geometricMean(group.map(\.scale)), tokens = group.compactMap(\.tokens)
            return LadderRung(
                label: Quantity.short(scale), scale: scale, flops: axis == .flops ? scale : nil,
                tokens: tokens.isEmpty ? nil : Self.geometricMean(tokens),
                points: candidates.map { name in
                    group.filter { $0.candidate == name }.map { ScalingPoint(seed: $0.seed, loss: $0.loss) }
                })
        }
        guard TokenLine(rungs)?.isBent == true else { return rungs }
        return zip(rungs, groups).map { rung, group in
            var rung = rung
            let parameters = group.compactMap(\.parameters)
            let size =
                parameters.isEmpty ? rung.label : "\(Quantity.short(Self.geometricMean(parameters))) parameters"
            rung.label = "\(size), \(Quantity.short(rung.tokens ?? 0)) tokens"
            return rung
        }
    }

    /// Lines of the rows whose candidate was trained on different numbers of tokens at about their scale.
    private func severalLengths() -> Set<Int> {
        var lines: Set<Int> = []
        for own in Dictionary(grouping: rows, by: \.candidate).values {
            var window: [Row] = []
            for row in own.sorted(by: { $0.scale < $1.scale }) {
                if let first = window.first, row.scale > first.scale * Self.rungTolerance { window = [] }
                window.append(row)
                if !Self.areClose(row.tokens, window[0].tokens) { lines.formUnion(window.map(\.line)) }
                if lines.contains(window[0].line) { lines.insert(row.line) }
            }
        }
        return lines
    }

    private static func areClose(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return abs(log(a / b)) <= log(tokenTolerance)
    }

    /// Of equal values exactly that value.
    private static func geometricMean(_ values: [Double]) -> Double {
        values.allSatisfy { $0 == values[0] } ? values[0] : exp(values.map { log($0) }.mean)
    }
}

// MARK: - Reading rows

extension RunTable {
    /// Where each quantity stands in the table.
    private struct Columns {
        let candidate: Int, loss: Int
        let seed: Int?
        let axis: ScaleAxis
        /// Nil: six times parameters times tokens.
        private let scale: Int?
        private let parameters: Int?
        private let tokens: Int?

        /// How rows that look alike can be told apart.
        let telling: String

        private static let names: [ScaleAxis: [String]] = [
            .flops: ["flops"], .parameters: ["params", "parameters"], .tokens: ["tokens"],
        ]

        init(
            _ header: [String], _ rows: [(line: Int, cells: [String])], _ wanted: ScaleAxis?, _ file: String
        ) throws {
            let find = { (names: [String]) in names.compactMap { header.firstIndex(of: $0) }.first }
            guard let candidate = find(["candidate", "config"]), let loss = find(["loss"]) else {
                throw ScalebenchError(
                    .invalidInput, "the columns candidate (or config) and loss are needed", at: "\(file):1",
                    hint: "use candidate,scale,seed,loss or config,params,tokens,flops,seed,loss,metric; found: "
                        + header.joined(separator: ", "))
            }
            self.candidate = candidate
            self.loss = loss
            seed = find(["seed"])
            let empty = { (column: Int) in rows.filter { $0.cells[column].isEmpty } }
            let full = { (axis: ScaleAxis) in find(Self.names[axis]!).flatMap { empty($0).isEmpty ? $0 : nil } }
            if let scale = find(["scale"]) {
                let stated = find(["axis"]).flatMap { column in
                    rows.first.flatMap { ScaleAxis(rawValue: $0.cells[column]) }
                }
                self.scale = scale
                axis = wanted ?? stated ?? .parameters
            } else if let axis = (wanted.map { [$0] } ?? [.flops, .parameters, .tokens]).first(where: {
                full($0) != nil
            }
            ) {
                self.scale = full(axis)
                self.axis = axis
            } else if wanted == .flops, full(.parameters) != nil, full(.tokens) != nil {
                scale = nil
                axis = .flops
            } else {
                throw ScalebenchError(
                    .invalidInput,
                    "no column gives the scale of every run" + (wanted.map { " in \($0.rawValue)" } ?? ""),
                    at: "\(file):1", hint: "add a column scale, or choose another --axis")
            }
            let others = "remove one, number the seeds, or narrow the file with --where"
            telling =
                axis != .flops && full(.parameters) != nil && full(.tokens) != nil
                ? "if they differ in parameters or tokens, judge them over FLOPs (--axis flops); else \(others)"
                : others
            // How long a run was trained counts beside its FLOPs; of the other axes it is a part, or not comparable.
            guard axis == .flops, let tokens = find(Self.names[.tokens]!), empty(tokens).count < rows.count else {
                (parameters, tokens) = (axis == .tokens ? full(.parameters) : nil, nil)
                return
            }
            if let first = empty(tokens).first {
                throw ScalebenchError(
                    .invalidInput, "tokens is empty here and given in other rows", at: "\(file):\(first.line)",
                    hint: "give the training tokens of every run, or remove the column")
            }
            self.tokens = tokens
            parameters = full(.parameters)
        }

        func row(_ line: Int, _ cells: [String], file: String) throws -> Row {
            let name = cells[candidate].trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty else {
                throw ScalebenchError(.invalidInput, "candidate is empty", at: "\(file):\(line)")
            }
            let number = { (column: Int, name: String) in
                try DelimitedText.positiveNumber(cells[column], name, at: "\(file):\(line)")
            }
            let parameters = try parameters.map { try number($0, "parameters") }
            let tokens = try tokens.map { try number($0, "tokens") }
            return Row(
                line: line, candidate: name, seed: seed.map { cells[$0] } ?? "",
                scale: try scale.map { try number($0, "scale") } ?? 6 * (parameters ?? 1) * (tokens ?? 1),
                parameters: parameters, tokens: tokens, loss: try number(loss, "loss"))
        }
    }

    /// Many candidates without a reference would be compared with whichever happens to come first.
    private static func requireReference(_ query: Query, among candidates: [String], file: String) throws {
        guard candidates.count > 2, query.candidates.isEmpty, query.reference == nil else { return }
        throw ScalebenchError(
            .invalidInput, "the table holds \(candidates.count) candidates", at: file,
            hint: "name two of them, or say which one the others are compared with: --reference '\(candidates[0])'")
    }

    /// - Parameter telling: how rows that look alike can be told apart.
    private static func refuseDuplicates(_ rows: [Row], _ telling: String, file: String) throws {
        var seen: [String: Int] = [:]
        for row in rows {
            let key = "\(row.candidate)\u{0}\(row.scale)\u{0}\(row.tokens ?? 0)\u{0}\(row.seed)"
            if let earlier = seen.updateValue(row.line, forKey: key) {
                throw ScalebenchError(
                    .invalidInput,
                    "the same candidate, scale and seed as line \(earlier): \(row.candidate), \(Quantity.short(row.scale))",
                    at: "\(file):\(row.line)", hint: telling)
            }
        }
    }
}
