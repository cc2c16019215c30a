// The time that each part of a training step takes, for the benchmark.

/// A part of the training step.
package enum StepPart: String, CaseIterable, Sendable {
    /// Waiting for the next batch.
    case data
    case embedding
    /// The linear layers of the blocks, with their biases and residual sums.
    case matrices
    /// Scores, softmax and mixing.
    case attention
    /// Norms, activations and rotations.
    case elementwise
    /// Logits and their cross-entropy.
    case head
    /// Summing gradients, clipping, and the optimizer.
    case update
}

/// Seconds per part of the step in one thread, measured by laps.
final class PartClock {
    private(set) var seconds = [Double](repeating: 0, count: StepPart.allCases.count)
    private var last = ContinuousClock.now

    /// Begins to count from now.
    func begin() { last = .now }

    /// Charges the time since the last lap to `part`.
    func lap(_ part: StepPart) {
        let now = ContinuousClock.now
        let elapsed = last.duration(to: now).components
        seconds[part.index] += Double(elapsed.seconds) + 1e-18 * Double(elapsed.attoseconds)
        last = now
    }

    func reset() {
        for index in seconds.indices { seconds[index] = 0 }
    }
}

extension StepPart {
    var index: Int { Self.allCases.firstIndex(of: self)! }
}
