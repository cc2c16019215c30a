// One resolved update rule and learning-rate schedule.

/// AdamW with decoupled weight decay (Loshchilov & Hutter 2019) after clipping by global norm.
/// Decay acts on matrices and embeddings, not on biases and norms: p ← p − learningRate·weightDecay·p.
package struct OptimizerConfig: Codable, Sendable, Hashable {
    package var type: Kind
    /// The peak of the schedule.
    package var learningRate: Double
    package var beta1: Double
    package var beta2: Double
    package var epsilon: Double
    package var weightDecay: Double
    /// Largest global gradient norm; 0 switches clipping off.
    package var gradientClipping: Double

    package enum Kind: String, Codable, Sendable, CaseIterable {
        case adamW
    }

    package init(
        type: Kind = .adamW, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
        weightDecay: Double = 0.1, gradientClipping: Double = 1
    ) {
        self.type = type
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.gradientClipping = gradientClipping
    }
}

/// The learning rate as a fraction of its peak over the steps of one run.
package struct ScheduleConfig: Codable, Sendable, Hashable {
    package var type: Kind
    /// Steps of linear warm-up; the first step already has a rate above zero.
    package var warmupSteps: Int
    /// The fraction of the peak that is left at the last step; ignored by `constant`.
    package var finalFraction: Double

    package enum Kind: String, Codable, Sendable, CaseIterable {
        case constant, cosine, linear
    }

    package init(type: Kind, warmupSteps: Int, finalFraction: Double) {
        self.type = type
        self.warmupSteps = warmupSteps
        self.finalFraction = finalFraction
    }
}
