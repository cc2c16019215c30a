// Runs that were trained elsewhere: a CSV of final losses becomes a ladder.
//
// Columns `candidate,scale,seed,loss`, or `config,params,tokens,flops,seed,loss,metric`; others are ignored. A file that
// holds several ladders (more than one value of source, ladder, metric or axis) must be narrowed with `--where`.
// On an axis of FLOPs a column `tokens` tells runs of equal cost apart: small models trained long, large ones briefly.

public import ScalebenchCore

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

    /// One run of the table.
    struct Row: Sendable {
        var line: Int
        var seed: String
        /// Candidate, scale and, on an axis of FLOPs where every row has them, tokens.
        var place: RungGrouping.Place
        /// On an axis of FLOPs or tokens, where every row has them.
        var parameters: Double?
        var loss: Double
    }

    let file: String
    let axis: ScaleAxis
    let rows: [Row]
    let candidates: [String]

    package init(_ text: DelimitedText, file: String, query: Query) throws {
        let table = try LossTable(text, file: file, keeping: query.filters)
        try table.requireOneLadder()
        let reader = try RunTableReader(table, query.axis)
        let all = try table.rows.map(reader.row)
        self.file = file
        axis = reader.axis
        candidates = try Self.chosen(query, all, file: file)
        let names = Set(candidates)
        rows = all.filter { names.contains($0.place.candidate) }
        try refuseDuplicates(telling: reader.telling)
    }

    /// The candidates that a query wants, the reference first.
    private static func chosen(_ query: Query, _ rows: [Row], file: String) throws -> [String] {
        var order: [String] = [], known: Set<String> = []
        for row in rows where known.insert(row.place.candidate).inserted { order.append(row.place.candidate) }
        for name in query.candidates + [query.reference].compactMap({ $0 }) where !known.contains(name) {
            throw ScalebenchError(
                .notFound, "no candidate \"\(name)\"", at: file,
                hint: NearestName.hint(
                    name, among: order,
                    otherwise: "candidates here: \(order.prefix(12).joined(separator: ", "))"))
        }
        var wanted = query.candidates.isEmpty ? order : query.candidates
        if let reference = query.reference { wanted = [reference] + wanted.filter { $0 != reference } }
        try requireReference(query, among: wanted, file: file)
        guard wanted.count >= 2 else {
            throw ScalebenchError(
                .invalidInput, "a comparison needs two candidates, found \(wanted.count)", at: file)
        }
        guard Set(wanted).count == wanted.count else {
            throw ScalebenchError(.invalidInput, "a candidate is named twice", at: file, hint: "name each once")
        }
        return wanted
    }

    /// Many candidates without a reference would be compared with whichever happens to come first.
    private static func requireReference(_ query: Query, among candidates: [String], file: String) throws {
        guard candidates.count > 2, query.candidates.isEmpty, query.reference == nil else { return }
        throw ScalebenchError(
            .invalidInput, "the table holds \(candidates.count) candidates", at: file,
            hint: "name two of them, or say which one the others are compared with: --reference '\(candidates[0])'")
    }

    /// - Parameter telling: how rows that look alike can be told apart.
    private func refuseDuplicates(telling: String) throws {
        var seen: [String: Int] = [:]
        for row in rows {
            let place = row.place
            let key = "\(place.candidate)\u{0}\(place.scale)\u{0}\(place.tokens ?? 0)\u{0}\(row.seed)"
            if let earlier = seen.updateValue(row.line, forKey: key) {
                throw ScalebenchError(
                    .invalidInput,
                    "the same candidate, scale and seed as line \(earlier): \(place.candidate), "
                        + Quantity.short(place.scale),
                    at: "\(file):\(row.line)", hint: telling)
            }
        }
    }
}
