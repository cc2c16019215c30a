// Runs that were trained elsewhere: a CSV of final losses becomes a ladder.
//
// Columns `candidate,scale,seed,loss`, or `config,params,tokens,flops,seed,loss,metric`; others are ignored. A file that
// holds several ladders (more than one value of source, ladder, metric or axis) must be narrowed with `--where`.

import Foundation
package import ScalebenchCore

/// Final losses by candidate and scale, read from a table.
package struct RunTable: Sendable {
    /// How a table is to be read.
    package struct Query: Sendable {
        /// Nil: the table's own `axis` column, else FLOPs where every row has them, else parameters, else tokens.
        package var axis: ScaleAxis?
        /// Rows to keep: column equals value.
        package var filters: [TableFilter]
        /// Candidates to keep, the first is A; empty: all in the table's order.
        package var candidates: [String]
        /// A, where all candidates are kept; nil: the first in the table.
        package var reference: String?

        package init(
            axis: ScaleAxis? = nil, filters: [TableFilter] = [], candidates: [String] = [],
            reference: String? = nil
        ) {
            self.axis = axis
            self.filters = filters
            self.candidates = candidates
            self.reference = reference
        }
    }

    private struct Row {
        var line: Int
        var candidate: String
        var seed: String
        var scale: Double
        var loss: Double
    }

    /// Scales closer than this are one rung: candidates of one ladder seldom cost exactly the same.
    private static let rungTolerance = 1.025

    private let file: String
    private let axis: ScaleAxis
    private let rows: [Row]
    private let candidates: [String]

    package init(_ text: DelimitedText, file: String, query: Query) throws {
        self.file = file
        let kept = try text.rows(keeping: query.filters, file: file)
        try text.requireOneLadder(kept, file: file)
        let columns = try Columns(text.header, firstCells: kept.first?.cells ?? [], query.axis, kept.map(\.cells), file)
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
        try Self.refuseDuplicates(rows, file: file)
    }

    /// The ladder below `targetScale`; runs at the target (within 2.5 %) are what was observed there.
    /// Rungs above the target do not take part.
    package func ladder(targetScale: Double) throws -> Ladder {
        let levels = grouped()
        let limit = targetScale / Self.rungTolerance
        let below = levels.filter { $0.scale < limit }
        let above = levels.filter { $0.scale > targetScale * Self.rungTolerance }
        guard below.count >= 2 else {
            throw ScalebenchError(
                .invalidInput,
                levels.contains { $0.scale > targetScale }
                    ? "the target \(Quantity.short(targetScale)) lies below the ladder"
                    : "the ladder has \(below.count) rung below the target", at: file,
                hint: "--target-scale must lie above at least two rungs; scales here: "
                    + levels.map { Quantity.short($0.scale) }.joined(separator: ", "))
        }
        let atTarget = levels.first { abs(log($0.scale / targetScale)) <= log(Self.rungTolerance) }
        var target = atTarget ?? LadderRung(label: "", scale: targetScale, points: candidates.map { _ in [] })
        target.scale = targetScale
        target.label = Quantity.short(targetScale)
        return Ladder(
            axis: axis, candidates: candidates, rungs: below, target: target, rungsAbove: above.map(\.label))
    }

    /// Rows at nearly equal scales become one rung.
    private func grouped() -> [LadderRung] {
        var groups: [[Row]] = []
        for row in rows.sorted(by: { $0.scale < $1.scale }) {
            if let group = groups.last, row.scale <= group[0].scale * Self.rungTolerance,
                // One candidate at two scales has two rungs there, not two seeds.
                !group.contains(where: { $0.candidate == row.candidate && $0.scale != row.scale })
            {
                groups[groups.count - 1].append(row)
            } else {
                groups.append([row])
            }
        }
        return groups.map { group in
            let scale = exp(group.map { log($0.scale) }.reduce(0, +) / Double(group.count))
            return LadderRung(
                label: Quantity.short(scale), scale: scale, flops: axis == .flops ? scale : nil,
                points: candidates.map { name in
                    group.filter { $0.candidate == name }.map { ScalingPoint(seed: $0.seed, loss: $0.loss) }
                })
        }
    }
}

// MARK: - Reading rows

extension RunTable {
    /// Where each quantity stands in the table.
    private struct Columns {
        let candidate: Int, scale: Int, loss: Int
        let seed: Int?
        let axis: ScaleAxis

        init(
            _ header: [String], firstCells: [String], _ wanted: ScaleAxis?, _ cells: [[String]], _ file: String
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
            if let scale = find(["scale"]) {
                self.scale = scale
                let stated = find(["axis"]).flatMap { firstCells.isEmpty ? nil : ScaleAxis(rawValue: firstCells[$0]) }
                axis = wanted ?? stated ?? .parameters
                return
            }
            let names: [ScaleAxis: [String]] = [
                .flops: ["flops"], .parameters: ["params", "parameters"], .tokens: ["tokens"],
            ]
            let order: [ScaleAxis] = wanted.map { [$0] } ?? [.flops, .parameters, .tokens]
            for axis in order {
                guard let column = find(names[axis]!), !cells.contains(where: { $0[column].isEmpty }) else { continue }
                self.scale = column
                self.axis = axis
                return
            }
            throw ScalebenchError(
                .invalidInput, "no column gives the scale of every run" + (wanted.map { " in \($0.rawValue)" } ?? ""),
                at: "\(file):1", hint: "add a column scale, or choose another --axis")
        }

        func row(_ line: Int, _ cells: [String], file: String) throws -> Row {
            let name = cells[candidate].trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty else {
                throw ScalebenchError(.invalidInput, "candidate is empty", at: "\(file):\(line)")
            }
            return Row(
                line: line, candidate: name, seed: seed.map { cells[$0] } ?? "",
                scale: try DelimitedText.positiveNumber(cells[scale], "scale", at: "\(file):\(line)"),
                loss: try DelimitedText.positiveNumber(cells[loss], "loss", at: "\(file):\(line)"))
        }
    }

    /// Many candidates without a reference would be compared with whichever happens to come first.
    private static func requireReference(_ query: Query, among candidates: [String], file: String) throws {
        guard candidates.count > 2, query.candidates.isEmpty, query.reference == nil else { return }
        throw ScalebenchError(
            .invalidInput, "the table holds \(candidates.count) candidates", at: file,
            hint: "name two of them, or say which one the others are compared with: --reference '\(candidates[0])'")
    }

    private static func refuseDuplicates(_ rows: [Row], file: String) throws {
        var seen: [String: Int] = [:]
        for row in rows {
            let key = "\(row.candidate)\u{0}\(row.scale)\u{0}\(row.seed)"
            if let earlier = seen.updateValue(row.line, forKey: key) {
                throw ScalebenchError(
                    .invalidInput,
                    "the same candidate, scale and seed as line \(earlier): \(row.candidate), \(Quantity.short(row.scale))",
                    at: "\(file):\(row.line)", hint: "remove one, number the seeds, or narrow the file with --where")
            }
        }
    }
}
