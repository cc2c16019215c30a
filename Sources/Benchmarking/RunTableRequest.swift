// The request for a verdict on results that were trained elsewhere.

public import Comparison
import ScalebenchCore
import TokenData

/// A request to judge a table of final losses.
public struct RunTableRequest: Sendable {
    /// The path of a table (CSV and its relatives, JSON, JSON lines), plain or compressed.
    public var file: String
    /// The choices for reading the table.
    public var query: RunTable.Query
    /// The target at which the candidates are judged.
    public var target: RunTable.Target

    public init(file: String, target: RunTable.Target, query: RunTable.Query = RunTable.Query()) {
        self.file = file
        self.target = target
        self.query = query
    }

    /// Judges every candidate against the first; nothing is trained.
    /// - Throws: `ScalebenchError` for a table that is not valid or cannot be judged.
    public func run() throws -> CompareResult { try run(text(), query) }

    /// Judges every candidate against the first in each of several metrics.
    /// - Parameter metrics: their names; nil for all that the table has.
    /// - Throws: `ScalebenchError` for a table that is not valid, or that can be judged in no metric.
    public func run(metrics: [String]?) throws -> MetricsResult {
        let text = try text()
        let names = try metrics ?? RunTable.metrics(of: text, file: name, query.reading)
        var judged: [CompareResult] = [], notJudged: [MetricsResult.NotJudged] = [], errors: [ScalebenchError] = []
        for name in names {
            do {
                var query = query
                query.reading = query.reading.forOne(of: name)
                judged.append(try run(text, query))
            } catch let error as ScalebenchError {
                notJudged.append(.init(metric: name, reason: error.message, hint: error.hint))
                errors.append(error)
            }
        }
        if judged.isEmpty, let error = errors.first { throw error }
        return MetricsResult(judged, notJudged: notJudged)
    }

    /// The name of the file in errors.
    private var name: String { file == "-" ? "standard input" : file }

    private func text() throws -> TableText { try TableText(try ByteSource.readAll(file), file: name) }

    private func run(_ text: TableText, _ query: RunTable.Query) throws -> CompareResult {
        var table = try RunTable(text, file: name, query: query)
        if query.bestIsReference {
            var query = query
            query.reference = try table.bestMember(target: target)
            query.bestIsReference = false
            table = try RunTable(text, file: name, query: query)
        }
        var context = Judge.Context()
        context.findings = table.findings
        context.input = table.input
        return try Judge(thresholds: VerdictThresholds()).result(try table.ladder(target: target), context)
    }
}
