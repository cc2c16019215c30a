// The parts of a loss where the entropy of the data is known: the irreducible entropy, what the model lacks
// (approximation), and what it has learned about its training data only (generalisation). The only error is the
// sampling of the validation sequences: loss − (−ln p) is taken on the same sequences, which removes most of the
// sampling error of both. The verdict does not use these numbers.

public import ScalebenchCore
public import ScalingLaws

/// The losses of a ladder above the entropy of its data, in nats per token.
public struct ApproximationGap: Codable, Sendable {
    /// The mean of −ln p over the validation tokens that every run was evaluated on, in nats per token. No model has a
    /// smaller loss except by chance.
    public var entropyNatsPerToken: Double
    /// The rungs where a candidate has a loss, smallest first; the target is last, once it has been trained.
    public var rungs: [Rung]
    /// One law per candidate, in the document's order.
    public var laws: [Law]

    /// One rung, or the target.
    public struct Rung: Codable, Sendable {
        /// The rung's name, such as `width 64`.
        public var label: String
        /// Training FLOPs of one run, the mean over candidates.
        public var scale: Double
        /// Whether this is the target.
        public var isTarget: Bool
        /// One element per candidate, in the document's order.
        public var candidates: [Losses]
    }

    /// One candidate at one scale; means over its finished runs, in nats per token.
    public struct Losses: Codable, Sendable {
        /// The candidate's name.
        public var candidate: String
        /// The mean validation loss; null where no run has finished with a loss.
        @OrNull public var validationLoss: Double? = nil
        /// Validation loss − entropy. Its intervals show the sampling error of the validation sequences, not seed
        /// noise. It is null where a run has no losses of exactly these sequences.
        @OrNull public var excess: Estimate? = nil
        /// The mean train loss over the last stretch of steps that was reported; null where none was.
        @OrNull public var trainLoss: Double? = nil
        /// Train loss − validation loss, which is about zero in one-pass training. Its intervals assume that training
        /// sequences scatter as the validation sequences do. It is null where the excess or a run's train loss is
        /// unknown.
        @OrNull public var trainMinusValidation: Estimate? = nil
    }

    /// The power law of one candidate's mean losses over scale.
    public struct Law: Codable, Sendable {
        /// The candidate's name.
        public var candidate: String
        /// The exponent of a power law of the excess: minus the slope of the line through ln excess over ln scale. It
        /// is null with fewer than three rungs, or where an excess is not positive.
        @OrNull public var exponent: Double? = nil
        /// The R² of that line; null where the exponent is null.
        @OrNull public var rSquared: Double? = nil
        /// The floor that a power law fitted to the losses alone gives, in nats per token; null with fewer than four
        /// rungs.
        @OrNull public var fittedFloor: Double? = nil
        /// The 90 % interval of that floor, by the profile of the residuals; null with fewer than four rungs.
        @OrNull public var fittedFloorInterval90: Interval? = nil
    }
}
