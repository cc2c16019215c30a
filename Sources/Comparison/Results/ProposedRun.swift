// Runs that would make a verdict surer, as results list them.

public import ScalebenchCore

/// A few runs that would make the verdict surer.
public struct ProposedRun: Codable, Sendable {
    public var label: String
    public var scale: Double
    public var runsPerCandidate: Int
    /// The fractions of their schedule between which the runs are trained: 0 and 1, but for those at the target.
    public var fromFraction: Double
    public var toFraction: Double
    /// Training FLOPs that all these runs together have still to come; null where a run's cost is unknown.
    @OrNull public var flops: Double?
    /// That the likelier winner is the right one, for one run of each at the target: `probabilityABetter` or one minus
    /// it, now and as expected after these runs.
    public var probabilityRightNow: Double
    public var probabilityRightAfter: Double
    /// That a winner then has the probability that decides: the rule's, or that of `--until`.
    public var probabilityDecided: Double

    private enum CodingKeys: String, CodingKey {
        case label, scale, runsPerCandidate
        case fromFraction = "fromShare"
        case toFraction = "toShare"
        case flops, probabilityRightNow, probabilityRightAfter, probabilityDecided
    }
}
