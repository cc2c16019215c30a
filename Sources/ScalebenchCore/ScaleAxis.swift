// The axis of a ladder.

/// What the scale of a ladder counts.
public enum ScaleAxis: String, Codable, Sendable, CaseIterable {
    case parameters, tokens, flops

    /// The unit in sentences, such as "3.1e15 FLOPs".
    public var unit: String {
        switch self {
        case .parameters: "parameters"
        case .tokens: "tokens"
        case .flops: "FLOPs"
        }
    }
}
