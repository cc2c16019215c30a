// Whether and where the losses of two candidates cross along the axis.

public import ScalebenchCore
public import ScalingLaws

/// Where the two curves cross.
public struct CrossoverResult: Codable, Sendable {
    public var statement: Statement
    /// Of at least one change of sign between the smallest rung (the smallest that is trained about as long for its FLOPs
    /// as the target) and the target.
    public var probabilityBelowTarget: Double
    /// Scale of the last crossing; null unless it can be placed.
    @OrNull public var scale: Estimate?
    /// The largest scale of the search, beyond the target.
    public var searchedUpTo: Double
    /// Up to here a crossing has less than 5 % probability; null if there is no such scale.
    @OrNull public var noneUpTo: Double?

    public enum Statement: String, Codable, Sendable { case noneUpTo, between, cannotBePlaced }
}
