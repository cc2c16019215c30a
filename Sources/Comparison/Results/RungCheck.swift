// How the method did on this very ladder: every rung predicted from those below it, as the target is from all of them.
// The number of rungs is small; this is no proof that the method works, but a ladder on which it fails shows it here.

public import ScalingLaws

/// One rung predicted from those below.
public struct RungCheck: Codable, Sendable {
    public var label: String
    public var scale: Double
    /// How many rungs below it took part; at least two.
    public var rungsBelow: Int
    /// Loss of B − loss of A between the means of the runs that the rung has.
    public var predictedGap: Estimate
    public var observedGap: Double
    /// P(A better) that was predicted for those means.
    public var probabilityABetter: Double
    /// The probability given to the candidate that was better there.
    public var probabilityOfWinner: Double
}
