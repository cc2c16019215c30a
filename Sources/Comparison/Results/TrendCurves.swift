// The trend of a pair between and beyond the rungs: the curves of a picture.

public import ScalingLaws

/// The smooth trend along the axis, from below the smallest rung to beyond the target.
///
/// Seed noise and the deviations of single rungs from the trend are averaged out. All arrays have one element per
/// scale.
public struct TrendCurves: Codable, Sendable {
    /// The scales in units of the axis: ascending and evenly spaced in log scale, except that one of them is the
    /// target.
    public var scales: [Double]
    /// The probability at each scale that A has the smaller expected loss.
    public var probabilityABetter: [Double]
    /// The expected loss of A at each scale, in the losses' unit.
    public var lossA: Band
    /// The expected loss of B at each scale, in the losses' unit.
    public var lossB: Band
    /// Loss of B − loss of A at each scale, in the losses' unit.
    public var gap: Band

    /// Medians with central 50 and 90 % intervals, one element per scale.
    public struct Band: Codable, Sendable {
        /// The medians.
        public var median: [Double]
        /// The lower ends of the 50 % intervals.
        public var lower50: [Double]
        /// The upper ends of the 50 % intervals.
        public var upper50: [Double]
        /// The lower ends of the 90 % intervals.
        public var lower90: [Double]
        /// The upper ends of the 90 % intervals.
        public var upper90: [Double]

        public init(_ estimates: [Estimate]) {
            median = estimates.map(\.point)
            lower50 = estimates.map(\.interval50.lower)
            upper50 = estimates.map(\.interval50.upper)
            lower90 = estimates.map(\.interval90.lower)
            upper90 = estimates.map(\.interval90.upper)
        }
    }
}
