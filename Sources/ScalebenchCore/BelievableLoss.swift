// Which numbers count as losses, wherever results enter: from a trainer's events, a table, or an imported log.

/// The losses that count as results, in whatever unit they are given.
package enum BelievableLoss {
    /// Beyond it a run counts as diverged, and a table's cell as a mistake. No model reaches less than the lower end:
    /// a loss of zero is that of data that can be known by heart.
    package static let range = 1e-12...1e12

    package static func contains(_ loss: Double) -> Bool { range.contains(loss) }

    /// The loss as an event states it; nil stands for one that is not finite or too large: the run diverged.
    package static func finite(_ loss: Double) -> Double? {
        loss.isFinite && loss <= range.upperBound ? loss : nil
    }
}
