// Runs that would make a verdict surer, as results list them.

public import ScalebenchCore

/// A few runs that would make the verdict surer.
public struct ProposedRun: Codable, Sendable {
    /// The place of the runs: `width 24`, `a new rung, width 64`, `the target up to 30 %, width 128`.
    public var label: String
    /// The scale of the runs, in units of the axis.
    public var scale: Double
    /// The number of runs of each candidate.
    public var runsPerCandidate: Int
    /// The fraction of its schedule from which each run is trained: 0, or more at the target where both runs have
    /// begun. The key is `fromShare`.
    public var fromFraction: Double
    /// The fraction of its schedule up to which each run is trained: 1, or less at the target. The key is `toShare`.
    public var toFraction: Double
    /// Training FLOPs that all these runs together still need; null where a run's cost is unknown.
    @OrNull public var flops: Double?
    /// The present probability that the likelier winner is the right one, for one run of each candidate at the target.
    /// It is `probabilityABetter` or one minus it.
    public var probabilityRightNow: Double
    /// The value of that probability that is expected after these runs.
    public var probabilityRightAfter: Double
    /// The probability that a winner is then decided: it reaches the rule's decisive probability, or that of `--until`.
    public var probabilityDecided: Double
    /// The expected cost of a decision that begins with these runs, if the target is trained where they do not decide,
    /// as a share of what the target still costs for both candidates, or of its whole cost once it has been trained. It is
    /// 1 for the target itself; the smaller, the better.
    public var expectedCost: Double

    private enum CodingKeys: String, CodingKey {
        case label, scale, runsPerCandidate
        case fromFraction = "fromShare"
        case toFraction = "toShare"
        case flops, probabilityRightNow, probabilityRightAfter, probabilityDecided, expectedCost
    }
}
