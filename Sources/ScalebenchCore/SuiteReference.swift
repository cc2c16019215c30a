// The suite and the data that a result belongs to.

/// A suite as results and stores refer to it.
public struct SuiteReference: Codable, Sendable, Equatable {
    /// The suite's name.
    public var name: String
    /// The suite's version.
    public var version: Int
    /// The name of the data set.
    public var dataset: String
    /// The content hash of the data set.
    public var dataHash: String
    /// The rule of the verdict.
    public var thresholds: VerdictThresholds

    public init(name: String, version: Int, dataset: String, dataHash: String, thresholds: VerdictThresholds) {
        self.name = name
        self.version = version
        self.dataset = dataset
        self.dataHash = dataHash
        self.thresholds = thresholds
    }
}
