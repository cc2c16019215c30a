// One resolved update rule and learning-rate schedule.

/// An update rule after clipping by global norm, with decoupled weight decay:
/// p ← p − learningRate·weightDecay·p, both with the multipliers of the parameter's group. The gradient that is clipped
/// is that of the loss plus the L2 penalty.
package struct OptimizerConfig: Codable, Sendable, Hashable {
    package var type: Kind
    /// The peak of the schedule.
    package var learningRate: Double
    /// AdamW's decay of the mean gradient; Lion's weight of the mean gradient in an update.
    package var beta1: Double
    /// AdamW's decay of the mean squared gradient; Lion's decay of the mean gradient.
    package var beta2: Double
    package var epsilon: Double
    /// SGD's and Muon's decay of the summed gradient.
    package var momentum: Double
    package var weightDecay: Double
    /// λ of the penalty λ/2·‖p‖², which adds λ·p to the gradient; a group's multiplier of weight decay multiplies λ.
    /// Losses are stated without it.
    @OmittedAtDefault package var l2Penalty = 0.0
    /// Largest global gradient norm; 0 switches clipping off.
    package var gradientClipping: Double
    /// What is done to the gradient of each tensor after clipping.
    @OmittedAtDefault package var gradientNormalization = GradientNormalization.none
    package var groups: Groups

    package enum GradientNormalization: String, HasNeutralValue, CaseIterable {
        case none
        /// g ← g / (root mean square of g + 1e-8), over each stored tensor (Xiao 2024 uses it before AdamW). It cancels
        /// the factor of clipping, except where gradients are about as small as 1e-8.
        case rms

        package static var neutral: Self { .none }
    }

    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Loshchilov & Hutter 2019.
        case adamW
        /// m ← momentum·m + g;  p ← p − learningRate·m (Sutskever et al. 2013, in PyTorch's form).
        case sgd
        /// p ← p − learningRate·sign(beta1·m + (1 − beta1)·g);  m ← beta2·m + (1 − beta2)·g (Chen et al. 2023).
        case lion

        /// For matrices m ← momentum·m + g and an update by g + momentum·m with its singular values moved close to 1
        /// (Jordan et al. 2024), times 0.2·√(the larger side) (Liu et al. 2025); AdamW for all other groups.
        case muon

        /// The `beta2` of a candidate that gives none.
        package var defaultBeta2: Double { self == .lion ? 0.99 : 0.95 }
        /// The `momentum` of a candidate that gives none.
        package var defaultMomentum: Double { self == .muon ? 0.95 : 0.9 }
    }

    /// A kind of parameter with multipliers of its own.
    package enum Group: String, Codable, Sendable, CaseIterable {
        /// Token and position embeddings.
        case embeddings
        /// The matrices inside the blocks.
        case matrices
        /// An untied head.
        case head
        /// Biases and gains.
        case vectors
    }

    /// Factors of the learning rate and of the weight decay in one group.
    package struct Multipliers: Codable, Sendable, Hashable {
        package var learningRate: Double
        package var weightDecay: Double

        package init(learningRate: Double = 1, weightDecay: Double = 1) {
            self.learningRate = learningRate
            self.weightDecay = weightDecay
        }
    }

    /// Multipliers of every group; by default only vectors differ: they do not decay.
    package struct Groups: Codable, Sendable, Hashable {
        package var embeddings = Multipliers()
        package var matrices = Multipliers()
        package var head = Multipliers()
        package var vectors = Multipliers(weightDecay: 0)

        package init() {}

        package subscript(group: Group) -> Multipliers {
            get { self[keyPath: Self.path(group)] }
            set { self[keyPath: Self.path(group)] = newValue }
        }

        private static func path(_ group: Group) -> WritableKeyPath<Self, Multipliers> {
            switch group {
            case .embeddings: \.embeddings
            case .matrices: \.matrices
            case .head: \.head
            case .vectors: \.vectors
            }
        }
    }

    package init(
        type: Kind = .adamW, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
        momentum: Double = 0.9, weightDecay: Double = 0.1, l2Penalty: Double = 0, gradientClipping: Double = 1,
        gradientNormalization: GradientNormalization = .none, groups: Groups = Groups()
    ) {
        self.type = type
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.l2Penalty = l2Penalty
        self.gradientClipping = gradientClipping
        self.gradientNormalization = gradientNormalization
        self.groups = groups
    }
}

/// The learning rate as a fraction of its peak over the steps of one run.
package struct ScheduleConfig: Codable, Sendable, Hashable {
    package var type: Kind
    /// Steps of linear warm-up; the first step already has a rate above zero.
    package var warmupSteps: Int
    /// Steps of the final decay of `wsd`; ignored by the others.
    package var decaySteps: Int
    /// The fraction of the peak that is left at the last step; ignored by `constant`.
    package var finalFraction: Double

    package enum Kind: String, Codable, Sendable, CaseIterable {
        case constant, cosine, linear
        /// Warm-up, stable, decay: constant, then linear over the last `decaySteps` (Hu et al. 2024).
        case wsd
    }

    package init(type: Kind, warmupSteps: Int, decaySteps: Int = 0, finalFraction: Double) {
        self.type = type
        self.warmupSteps = warmupSteps
        self.decaySteps = decaySteps
        self.finalFraction = finalFraction
    }
}
