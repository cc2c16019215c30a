// The request for a verdict on results that were trained elsewhere.

public import Comparison
import ScalebenchCore
import TokenData

/// A request to judge a table of final losses.
public struct RunTableRequest: Sendable {
    /// The path of a CSV file, plain or compressed.
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
    public func run() throws -> CompareResult {
        let text = try DelimitedText(try ByteSource.readAll(file), file: file)
        var table = try RunTable(text, file: file, query: query)
        if query.bestIsReference {
            var query = query
            query.reference = try table.bestMember(target: target)
            query.bestIsReference = false
            table = try RunTable(text, file: file, query: query)
        }
        var context = Judge.Context()
        context.findings = table.findings
        return try Judge(thresholds: VerdictThresholds()).result(try table.ladder(target: target), context)
    }
}
