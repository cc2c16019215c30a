// Which suite and data a result belongs to.

/// A suite as results and stores refer to it.
public struct SuiteReference: Codable, Sendable, Equatable {
    public var name: String
    public var version: Int
    public var dataset: String
    public var dataHash: String
    public var thresholds: VerdictThresholds

    public init(name: String, version: Int, dataset: String, dataHash: String, thresholds: VerdictThresholds) {
        self.name = name
        self.version = version
        self.dataset = dataset
        self.dataHash = dataHash
        self.thresholds = thresholds
    }
}
