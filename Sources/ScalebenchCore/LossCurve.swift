// The loss of one run over training, whoever trained it. This is what is drawn and exported.

/// The unit of a loss.
package enum LossUnit: String, Codable, Sendable, CaseIterable {
    case natsPerToken, bitsPerByte

    /// The unit as sentences write it, such as "nats/token".
    package var words: String {
        switch self {
        case .natsPerToken: "nats/token"
        case .bitsPerByte: "bits/byte"
        }
    }
}

/// Losses in the order of their steps.
package struct LossCurve: Codable, Sendable, Equatable {
    package var unit: LossUnit
    package var points: [Point]

    package struct Point: Codable, Sendable, Equatable {
        package var step: Int
        /// Tokens trained on so far; nil where the source does not say.
        package var tokens: Int?
        /// The loss; nil when it was not finite, because the run diverged.
        package var loss: Double?

        package init(step: Int, tokens: Int?, loss: Double?) {
            self.step = step
            self.tokens = tokens
            self.loss = loss
        }
    }

    package init(unit: LossUnit, points: [Point]) {
        self.unit = unit
        self.points = points
    }
}

extension RunRecord {
    /// The evaluations as a curve.
    package var evaluationCurve: LossCurve {
        LossCurve(
            unit: .natsPerToken,
            points: evaluations.map { .init(step: $0.step, tokens: $0.tokens, loss: $0.natsPerToken) })
    }
}
