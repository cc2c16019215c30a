// Whether and where the losses of two candidates cross along the axis.

public import ScalebenchCore
public import ScalingLaws

/// The crossing of the two candidates' loss curves. Scales are in units of the axis.
public struct CrossoverResult: Codable, Sendable {
    /// What is known of the crossing's place.
    public var statement: Statement
    /// The probability that the sign of the expected gap changes between the smallest rung and the target. Where tokens
    /// are known, it is the smallest rung that is trained about as long for its FLOPs as the target.
    public var probabilityBelowTarget: Double
    /// The scale of the last crossing; null unless it can be placed.
    @OrNull public var scale: Estimate?
    /// The largest scale of the search, which lies beyond the target.
    public var searchedUpTo: Double
    /// The scale up to which a crossing has less than 5 % probability; null if there is no such scale.
    @OrNull public var noneUpTo: Double?

    /// `noneUpTo`: a crossing has less than 5 % probability in the whole search. `between`: a crossing is likelier than
    /// not and can be placed. `cannotBePlaced`: a crossing can be neither excluded nor placed.
    public enum Statement: String, Codable, Sendable { case noneUpTo, between, cannotBePlaced }
}
