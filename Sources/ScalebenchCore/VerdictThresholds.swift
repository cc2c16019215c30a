// The rule that a verdict follows, with the numbers that a suite may set.

/// The numbers of the verdict's rule, declared before anything is trained. `Judge` states the rule.
public struct VerdictThresholds: Codable, Sendable, Hashable {
    /// A winner is named from this probability on.
    public var decisiveProbability = 0.95
    /// Gaps smaller than this share of the smaller loss do not matter.
    public var equivalenceMargin = 0.002
    /// A change of the gap's sign between the top rung and the target is called a risk from this probability on.
    public var crossoverRiskProbability = 0.2

    public init() {}
}

extension VerdictThresholds {
    init(_ reader: ConfigReader?) throws {
        let reader = try reader ?? ConfigReader(.object([:]), file: "")
        decisiveProbability = try reader.number("decisiveProbability", in: 0.5...0.999999, default: 0.95)
        equivalenceMargin = try reader.number("equivalenceMargin", in: 0...1, default: 0.002)
        crossoverRiskProbability = try reader.number("crossoverRiskProbability", in: 0...1, default: 0.2)
        try reader.finish()
    }
}
