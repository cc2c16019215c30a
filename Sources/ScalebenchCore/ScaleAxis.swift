// What the scale of a ladder is measured in.

/// What the horizontal axis counts.
public enum ScaleAxis: String, Codable, Sendable, CaseIterable {
    case parameters, tokens, flops

    /// For sentences: "3.1e15 FLOPs".
    public var unit: String {
        switch self {
        case .parameters: "parameters"
        case .tokens: "tokens"
        case .flops: "FLOPs"
        }
    }
}
