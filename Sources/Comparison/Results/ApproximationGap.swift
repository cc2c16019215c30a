// What is left of the loss, where the entropy of the data is known: irreducible entropy, what the model lacks
// (approximation), and what it knows of its training data only (generalisation). Exact but for the sampling of the
// validation sequences: loss − (−ln p) is taken on the same sequences, which removes most of the sampling error of both.
// Not a verdict, and no part of one.

public import ScalebenchCore
public import ScalingLaws

/// The losses of a ladder above the entropy of its data.
public struct ApproximationGap: Codable, Sendable {
    /// Mean −ln p of the validation tokens that every run was evaluated on, in nats: no model loses less but by chance.
    public var entropyNatsPerToken: Double
    /// Smallest first; the target last, once it has been trained.
    public var rungs: [Rung]
    /// By candidate, in the document's order.
    public var laws: [Law]

    public struct Rung: Codable, Sendable {
        public var label: String
        public var scale: Double
        public var isTarget: Bool
        /// By candidate, in the document's order.
        public var candidates: [Losses]
    }

    /// One candidate at one scale; means over its finished runs.
    public struct Losses: Codable, Sendable {
        public var candidate: String
        /// Null where every run diverged or none was trained.
        @OrNull public var validationLoss: Double? = nil
        /// Validation loss − entropy, with the sampling error of the validation sequences. Not seed noise.
        @OrNull public var excess: Estimate? = nil
        /// Mean over the last stretch of steps that was reported.
        @OrNull public var trainLoss: Double? = nil
        /// Train loss − validation loss: about zero in one-pass training. Its interval takes training sequences to
        /// scatter as the validation sequences do.
        @OrNull public var trainMinusValidation: Estimate? = nil
    }

    /// How one candidate's mean losses fall with scale.
    public struct Law: Codable, Sendable {
        public var candidate: String
        /// Of the line through ln excess over ln scale; null with fewer than three rungs, or where an excess is not
        /// positive.
        @OrNull public var exponent: Double? = nil
        @OrNull public var rSquared: Double? = nil
        /// The floor that a power law fitted to the losses alone would claim; null with fewer than four rungs.
        @OrNull public var fittedFloor: Double? = nil
        /// 90 %, by the profile of the residuals.
        @OrNull public var fittedFloorInterval90: Interval? = nil
    }
}
