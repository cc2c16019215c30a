// A test of the method on this very ladder: every rung is predicted from those below it, as the target is from all of
// them; of a long ladder `Ladder.mostRungsHeldOut` rungs are. The number of rungs is small, so this does not prove that
// the method works; a ladder on which it fails shows it here.

public import ScalingLaws

/// One rung predicted from those below.
public struct RungCheck: Codable, Sendable {
    /// The rung's name, such as `width 64`.
    public var label: String
    /// The rung's scale, in units of the axis.
    public var scale: Double
    /// The number of rungs below that were used; at least two.
    public var rungsBelow: Int
    /// The predicted loss of B − loss of A, between the means of the runs that the rung has, in the losses' unit.
    public var predictedGap: Estimate
    /// The observed loss of B − loss of A, between the same means, in the losses' unit.
    public var observedGap: Double
    /// The predicted probability that the mean of A's runs is smaller than that of B's.
    public var probabilityABetter: Double
    /// The predicted probability of the candidate that was better there.
    public var probabilityOfWinner: Double
}
