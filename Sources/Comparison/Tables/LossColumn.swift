// The columns that tables of losses may have, with the names that each is known by.

package import ScalebenchCore

/// A column of a table of losses. To read another name for one of them, add it to `names`.
package enum LossColumn: String, CaseIterable, Sendable {
    /// Losses of different sources, ladders, metrics or axes never compare.
    case source, ladder, metric, axis
    case candidate, seed
    /// Where a run stands: on the axis that the column `axis` names, and by its size, training tokens and FLOPs.
    case scale, parameters, tokens, flops
    /// How far a run had come; the learning rate then.
    case step, learningRate
    /// Which part of a curve a row belongs to.
    case split
    case loss

    package var names: [String] {
        switch self {
        case .candidate: ["candidate", "config"]
        case .parameters: ["params", "parameters"]
        case .learningRate: ["lr"]
        default: [rawValue]
        }
    }

    /// The column of a scale.
    package init(_ axis: ScaleAxis) {
        switch axis {
        case .parameters: self = .parameters
        case .tokens: self = .tokens
        case .flops: self = .flops
        }
    }
}
