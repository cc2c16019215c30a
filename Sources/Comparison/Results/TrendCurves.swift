// What the ladder says between and beyond its rungs: the curves of a picture.

public import ScalingLaws

/// The smooth trend along the axis, from below the smallest rung to beyond the target: seeds, and single rungs' own
/// deviations, averaged out. All arrays have one element per scale.
public struct TrendCurves: Codable, Sendable {
    /// Ascending, evenly spaced in log scale but for the target, which is one of them.
    public var scales: [Double]
    public var probabilityABetter: [Double]
    public var lossA: Band
    public var lossB: Band
    /// Loss of B − loss of A.
    public var gap: Band

    /// Medians with central intervals.
    public struct Band: Codable, Sendable {
        public var median: [Double]
        public var lower50: [Double]
        public var upper50: [Double]
        public var lower90: [Double]
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
