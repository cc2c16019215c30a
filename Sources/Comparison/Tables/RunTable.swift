// Runs that were trained elsewhere: a table of final losses becomes a ladder.
//
// The columns are `candidate,scale,seed,loss`, or `config,params,tokens,flops,seed,loss,metric`, or what the reading of
// the table takes for them; others are ignored.
// `--where` must choose one ladder of a file that holds several (more than one value of source, ladder, metric or
// axis). Without a column of seeds, rows of equal candidate and scale are repeats. On an axis of FLOPs a column `tokens`
// tells runs of equal cost apart: small models trained long, large ones briefly. `tokensPerSecond` or `seconds`, and
// `devices`, say what a run's training took, for the comparison in device time.

public import ScalebenchCore

/// Final losses by candidate and scale, read from a table.
public struct RunTable: Sendable {
    /// The choices for reading a table.
    public struct Query: Sendable {
        /// The axis of the ladder. If it is nil, a table with a column `scale` states it in the column `axis` (else it
        /// is parameters); otherwise it is the first of FLOPs, parameters and tokens that every row has.
        public var axis: ScaleAxis?
        /// The filters of the rows; a row is kept if it satisfies all of them.
        public var filters: [TableFilter]
        /// The candidates to keep, the first as the reference A; if empty, all are kept in the table's order.
        public var candidates: [String]
        /// The reference A; nil for the first candidate, which is refused where a whole table of more than two is kept.
        public var reference: String?
        /// The columns that hold settings in which candidates differ. All candidates of the table then show how the loss
        /// depends on them, also those that are not judged.
        public var settings: [Setting] = []
        /// Whether the reference is the candidate that is forecast to be the best.
        public var bestIsReference = false
        /// How the table is read: its columns, metric and numbers.
        public var reading = TableReading()

        /// A column with a number in which candidates differ.
        public struct Setting: Sendable, Equatable {
            public var column: String
            /// Whether its values are compared by their differences instead of their ratios.
            public var isLinear: Bool

            public init(column: String, isLinear: Bool = false) {
                self.column = column
                self.isLinear = isLinear
            }
        }

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

    /// The target of a table's ladder.
    public enum Target: Sendable {
        /// A scale in units of the axis. On an axis of FLOPs, `tokens` are the target's training tokens. If they are
        /// nil, the target is trained as the table's runs of that scale are, else on the trend of the ladder's tokens.
        case scale(Double, tokens: Double? = nil)
        /// A model's parameters and training tokens, from which its FLOPs follow; the axis must be FLOPs.
        case model(parameters: Double, tokens: Double)
    }

    /// One run of the table.
    struct Row: Sendable {
        var line: Int
        var seed: String
        /// The candidate, the scale and, on an axis of FLOPs where every row has them, the training tokens.
        var place: RungGrouping.Place
        /// The model's parameters; nil unless every row has them and the axis is tokens, or FLOPs with known tokens.
        var parameters: Double?
        var loss: Double
        /// The settings that the query names; nil where one of them is not given.
        var settings: [Double]?
        /// What the run's training took; nil where the row does not say.
        var time: RunTime?
    }

    let file: String
    let axis: ScaleAxis
    let rows: [Row]
    /// How the table was read.
    package let input: InputResult
    /// What the reading has to say.
    let readingFindings: [Finding]
    private let layout: TableText.Layout
    /// Those that are judged, the reference first; then those that only show what settings do.
    let candidates: [String]
    let judged: Int
    let settings: [Query.Setting]

    /// Reads the runs that `query` asks for.
    /// - Throws: `invalidInput` for a table that is not one ladder of two candidates or more, `notFound` for a
    ///   candidate or value that it lacks.
    package init(_ text: TableText, file: String, query: Query) throws {
        var reading = query.reading
        reading.settings = query.settings.map(\.column)
        let table = try LossTable(text, file: file, keeping: query.filters, reading: reading)
        try table.requireOneLadder()
        let reader = try RunTableReader(table, query.axis, settings: query.settings)
        let all = try table.rows.map(reader.row)
        self.file = file
        input = table.input
        readingFindings = table.findings
        layout = text.layout
        axis = reader.axis
        let order = Self.order(of: all), chosen = try Self.chosen(query, order, file: file)
        settings = query.settings
        judged = chosen.count
        candidates = query.settings.isEmpty ? chosen : chosen + order.filter { !chosen.contains($0) }
        let names = Set(candidates)
        let kept = all.filter { names.contains($0.place.candidate) }
        rows = reader.numbersRepeats ? Self.numberingRepeats(kept) : kept
        try refuseDuplicates(telling: reader.telling)
    }

    /// The candidates in the order of their first rows.
    private static func order(of rows: [Row]) -> [String] {
        var order: [String] = [], known: Set<String> = []
        for row in rows where known.insert(row.place.candidate).inserted { order.append(row.place.candidate) }
        return order
    }

    /// The candidates that a query wants, the reference first.
    private static func chosen(_ query: Query, _ order: [String], file: String) throws -> [String] {
        let known = Set(order)
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
        guard candidates.count > 2, query.candidates.isEmpty, query.reference == nil, !query.bestIsReference else {
            return
        }
        throw ScalebenchError(
            .invalidInput, "the table holds \(candidates.count) candidates", at: file,
            hint: "name two of them, or say which one the others are compared with: --reference '\(candidates[0])'")
    }

    /// The rows of a table without seeds: those of equal candidate, scale and tokens are repeats of one run, and are
    /// numbered as such. A row with the loss of an earlier one keeps its number, so that a line that is there twice is
    /// noticed.
    private static func numberingRepeats(_ rows: [Row]) -> [Row] {
        var losses: [RungGrouping.Place: [Double]] = [:]
        return rows.map { row in
            var row = row
            let earlier = losses[row.place, default: []]
            row.seed = String(earlier.firstIndex(of: row.loss) ?? earlier.count)
            losses[row.place] = earlier + [row.loss]
            return row
        }
    }

    /// One spelling of a seed: 0, 00 and 0.0 are the same.
    private static func spelling(_ seed: String) -> String { Double(seed).map { "\($0)" } ?? seed }

    /// Refuses two runs of equal candidate, scale, tokens and seed.
    /// - Parameter telling: the hint of the error: how to tell such rows apart.
    private func refuseDuplicates(telling: String) throws {
        var seen: [String: Int] = [:]
        for row in rows {
            let place = row.place
            let key = "\(place.candidate)\u{0}\(place.scale)\u{0}\(place.tokens ?? 0)\u{0}\(Self.spelling(row.seed))"
            if let earlier = seen.updateValue(row.line, forKey: key) {
                throw ScalebenchError(
                    .invalidInput,
                    "the same candidate, scale and seed as \(layout.rowNoun) \(earlier): \(place.candidate), "
                        + Quantity.scale(place.scale, axis),
                    at: layout.place(row.line, in: file), hint: telling)
            }
        }
    }
}

// MARK: - Several metrics

extension RunTable {
    /// The metrics that a table has, in its order.
    /// - Throws: `invalidInput` where no column is known to be one.
    package static func metrics(of text: TableText, file: String, _ reading: TableReading) throws -> [String] {
        try MetricChoice.all(text.joining(reading.columns), reading, file: file)
    }
}

extension TableReading {
    /// The same for one of several metrics. A wish to maximize leaves out those that are known to be losses.
    package func forOne(of metric: String) -> TableReading {
        var reading = self
        reading.metric = metric
        if direction == .maximize, MetricWords.direction(of: metric) == .minimize { reading.direction = .minimize }
        return reading
    }
}
