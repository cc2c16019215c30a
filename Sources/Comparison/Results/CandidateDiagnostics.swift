// How well a candidate scales, rung by rung: what its training showed besides the final loss. The verdict does not use
// these numbers.

public import ScalebenchCore
public import ScalingLaws

/// The diagnostics of one candidate, or of a family by the best member of every rung.
public struct CandidateDiagnostics: Codable, Sendable {
    /// The name of the candidate or family.
    public var candidate: String
    /// The fractions of the schedule at which the rungs' `shape` is given.
    public var fractions: [Double]
    /// The rungs where the candidate has finished runs, smallest first; the target is last, once it has been trained.
    public var rungs: [RungDiagnostics]
    /// What to know about the way it scales, and what to do.
    public var findings: [Finding]
}

/// The diagnostics of one candidate at one rung, or at the target.
public struct RungDiagnostics: Codable, Sendable {
    /// The rung's name, such as `width 64`.
    public var label: String
    /// The rung's scale in units of the ladder's axis.
    public var scale: Double
    /// Whether this is the target.
    public var isTarget: Bool
    /// The member of the family whose runs these are, the one with the lowest mean loss here; null for a candidate of its
    /// own.
    @OrNull public var member: String? = nil
    /// The number of finished runs.
    public var runs: Int
    /// Train loss − validation loss at the end, in nats per token. Its intervals show the sampling error of the sequences.
    /// It is null where a run does not have both losses.
    @OrNull public var trainMinusValidation: Estimate? = nil
    /// The share of a run's training sequences that it had read before; null where no data is read.
    @OrNull public var repeatedShare: Double? = nil
    /// The median of the gradient norms that steps reported, before clipping; null where none did.
    @OrNull public var gradientNormMedian: Double? = nil
    /// Their 99th percentile.
    @OrNull public var gradientNorm99: Double? = nil
    /// The median of the update-to-weight ratios that evaluations after the warm-up reported, in all runs together; null
    /// where none did. It is the size of one step's update of the weight matrices beside that of the matrices.
    @OrNull public var updateToWeightMedian: Double? = nil
    /// The reported training losses that lie far above those just before them, in all runs together.
    public var spikes: Int
    /// By what share the loss above its floor fell over the second half of the schedule, as the mean of its logarithm there
    /// minus that at the end; null without curves. It is negative where the loss rose.
    @OrNull public var fall: Double? = nil
    /// The curve over the second half, divided by its fall; null unless the loss fell.
    @OrNull public var shape: [Double]? = nil
    /// How far the shape lies from that of the smaller rungs, as a share of the fall (root mean square); null at the
    /// smallest rung, and where fewer than two rungs have several seeds.
    @OrNull public var collapseResidual: Double? = nil
    /// What `collapseResidual` would be if seeds alone made curves differ.
    @OrNull public var seedSpread: Double? = nil
    /// Whether the candidate scales well up to here.
    public var scales: Scaling
    /// Why it scales badly here; empty unless it does.
    public var reasons: [Reason]

    /// Whether a candidate scales well.
    public enum Scaling: String, Codable, Sendable {
        case well, badly
        /// Too little is known, or this is the smallest rung.
        case unknown
    }

    /// What shows that a candidate scales badly.
    public enum Reason: String, Codable, Sendable, CaseIterable {
        /// A run diverged.
        case diverged
        /// The curve has another shape than those of the smaller rungs.
        case curveShape
        /// The final loss is above that of a smaller rung with as many tokens or fewer.
        case lossRisesWithScale
        /// The validation loss rises over the second half of the schedule.
        case lossRisesInTraining
    }
}
