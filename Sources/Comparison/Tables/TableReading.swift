// What a user may say about how a table is read.

/// Choices for reading a table; by default everything is found out, and said.
public struct TableReading: Sendable {
    /// The header's name of a column, by what it is: candidate, params, tokens, flops, scale, seed, loss, metric and the
    /// others of `LossColumn`. An empty name or `-` means that there is no such column.
    public var columns: [(role: String, name: String)]
    /// The metric to judge: a value of the column metric, or the name of a column; nil where there is only one.
    public var metric: String?
    /// Whether more or less of the metric is better; nil for less, which names such as accuracy refuse.
    public var direction: MetricDirection?
    /// The decimal mark; nil to find out.
    public var decimal: DecimalMark?
    /// The columns with settings, which are read as numbers.
    var settings: [String] = []

    public init(
        columns: [(role: String, name: String)] = [], metric: String? = nil, direction: MetricDirection? = nil,
        decimal: DecimalMark? = nil
    ) {
        self.columns = columns
        self.metric = metric
        self.direction = direction
        self.decimal = decimal
    }
}

/// It says which values of a metric are better, the large or the small ones.
public enum MetricDirection: String, CaseIterable, Sendable {
    case maximize, minimize
}
