// The columns that tables of losses may have, with the names that each is known by.

package import ScalebenchCore

/// A column of a table of losses. To read another name for one of them, add it to `names`.
package enum LossColumn: String, CaseIterable, Sendable {
    /// Losses can be compared only where these four columns are equal.
    case source, ladder, metric, axis
    case candidate, seed
    /// A run's scale on the axis that the column `axis` names, and its parameters, training tokens and FLOPs.
    case scale, parameters, tokens, flops
    /// The step at which a loss was measured, and the learning rate there.
    case step, learningRate
    /// The part of a curve that a row belongs to.
    case split
    case loss
    /// What the run's training took: of all devices together either the speed or the whole time, and how many they are.
    case tokensPerSecond, seconds, devices

    /// The names of the column in a file's header; the first one found is read.
    package var names: [String] {
        switch self {
        case .candidate: ["candidate", "config"]
        case .parameters: ["params", "parameters"]
        case .learningRate: ["lr"]
        default: [rawValue]
        }
    }

    /// The column that gives the scale on an axis.
    package init(_ axis: ScaleAxis) {
        switch axis {
        case .parameters: self = .parameters
        case .tokens: self = .tokens
        case .flops: self = .flops
        }
    }
}
