// How a table of results trained elsewhere was read, as the result JSON states it.

public import ScalebenchCore

/// The table behind a result: its columns, its metric, and everything that was found out instead of being stated.
public struct InputResult: Codable, Sendable, Equatable {
    /// `delimited`, `json` or `jsonLines`.
    public var format: String
    /// The character between cells; null in JSON.
    @OrNull public var delimiter: String?
    /// The file's columns by what they were read as, such as `"params": "model_size"`.
    public var columns: [String: String]
    /// What was judged: the value of the column metric, else the name of the column of losses.
    public var metric: String
    /// What a loss of this result is: `value`, or for a metric of which more is better `1 - value` or `1 - value / 100`.
    public var loss: String
    /// What was found out rather than stated, in one sentence; null where all columns have the documented names.
    @OrNull public var note: String?

    /// Whether more of the metric is better.
    public var isMaximized: Bool { loss != "value" }

    public init(
        format: String, delimiter: String?, columns: [String: String], metric: String, loss: String, note: String?
    ) {
        self.format = format
        self.columns = columns
        self.metric = metric
        self.loss = loss
        self.delimiter = delimiter
        self.note = note
    }
}
