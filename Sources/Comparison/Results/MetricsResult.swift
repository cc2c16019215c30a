// The verdicts on several metrics of the same runs, as `compare --runs FILE --metric all --json` writes them.

public import Foundation
public import ScalebenchCore

/// One comparison per metric.
public struct MetricsResult: Codable, Sendable {
    /// The number of this document's layout.
    public var schemaVersion = 1
    /// The version of scalebench that wrote the document.
    public var scalebenchVersion: String
    /// The usual result of every metric, whose name is in `input.metric`. Those in which a candidate B is the likeliest to
    /// be worse than A come first.
    public var metrics: [CompareResult]
    /// The metrics that cannot be judged.
    public var notJudged: [NotJudged]

    /// A metric that cannot be judged.
    public struct NotJudged: Codable, Sendable {
        /// Its name.
        public var metric: String
        /// Why it cannot be judged.
        public var reason: String
        /// What to change; null where nothing is known to help.
        @OrNull public var hint: String?

        public init(metric: String, reason: String, hint: String?) {
            self.metric = metric
            self.reason = reason
            self.hint = hint
        }
    }

    /// - Parameter judged: one result or more, in any order.
    public init(_ judged: [CompareResult], notJudged: [NotJudged]) {
        scalebenchVersion = judged.first?.scalebenchVersion ?? ""
        metrics = judged.enumerated().sorted {
            ($1.element.greatestRisk, $0.offset) < ($0.element.greatestRisk, $1.offset)
        }.map(\.element)
        self.notJudged = notJudged
    }

    /// The document: keys sorted, nulls written, a newline at the end.
    public func json() throws -> Data { try JSONDocument.pretty(self) }
}

extension CompareResult {
    /// The greatest probability that a candidate B is worse than A.
    fileprivate var greatestRisk: Double { pairs.compactMap(\.probabilityABetter).max() ?? 0.5 }
}
