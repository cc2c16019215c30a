// What a family of candidates that differ in numbers says of its settings, as `CompareResult` writes it.

public import ScalebenchCore
public import ScalingLaws

/// A family: its members, the best setting at every scale, and how it drifts.
public struct FamilyResult: Codable, Sendable {
    /// The family's name; null for the candidates of a table.
    @OrNull public var name: String?
    /// The numbers in which members differ.
    public var settings: [String]
    /// The members' names.
    public var members: [String]
    /// What the surface says of the scales, smallest rung first, the target last.
    public var scales: [AtScale]
    /// How the best values drift, one per setting. The list is empty where the ladder has one rung alone.
    public var drift: [Drift]
    /// Where the only setting becomes unstable; null with several settings, or where fewer than two rungs have an unstable
    /// value.
    @OrNull public var stability: Stability?
    /// What its runs below the target cost; null for the candidates of a table.
    @OrNull public var cost: Cost?
    /// What it costs to tune at the smallest rung and copy the settings; null with a single rung.
    @OrNull public var copied: Copied?
    /// The member that is forecast to have the lowest loss at the target.
    public var bestMember: String
    /// What a reader must know before trusting the settings.
    public var findings: [Finding] = []

    /// How the largest stable value of a setting goes with scale. It is the last one, going up from the best, before a run
    /// diverges or its loss is more than a third above the best.
    public struct Stability: Codable, Sendable {
        /// How it drifts along the rungs.
        public var drift: Drift
        /// The forecast for the target.
        public var atTarget: Estimate
        /// How many times the best value at the target it is; null for a linear setting.
        @OrNull public var timesBest: Estimate?
    }

    /// What the runs of a family below the target cost.
    public struct Cost: Codable, Sendable, Equatable {
        public var runs: Int
        public var flops: Double
        /// One run of every member that the file asks for at every rung.
        public var flopsOfWholeSweep: Double
    }

    /// The best settings of the smallest rung, used at the target.
    public struct Copied: Codable, Sendable, Equatable {
        /// The name of the rung.
        public var label: String
        /// The best values there, one per setting.
        public var values: [Double]
        /// What they give away at the target, as a share of the loss.
        public var cost: Double
        /// Whether the best value of a setting is known to drift: the 90 % interval of its drift does not hold zero.
        public var isDriftKnown: Bool
    }

    /// The valley at one scale.
    public struct AtScale: Codable, Sendable {
        /// The name of the rung.
        public var label: String
        /// The scale, in units of the axis.
        public var scale: Double
        /// Whether this is the target.
        public var isTarget: Bool
        /// The members with what was measured of them.
        public var members: [Member]
        /// The best values, one per setting.
        public var best: [BestValue]
        /// How far the loss lies above its lowest point along the only setting, as a share of it. The list is empty with
        /// several settings.
        public var curve: [CurvePoint]
        /// The largest value of the only setting whose runs neither diverged nor rose by a third above the best, where a
        /// larger one did; null otherwise.
        @OrNull public var largestStable: Double?
    }

    /// A member at one scale.
    public struct Member: Codable, Sendable {
        public var candidate: String
        /// Its values here, one per setting.
        public var values: [Double]
        /// The mean loss; null where the member has no run, or all diverged.
        @OrNull public var loss: Double?
        /// How many of its runs diverged.
        public var diverged: Int
    }

    /// The best value of one setting at one scale.
    public struct BestValue: Codable, Sendable {
        public var value: Estimate
        /// The probability that it lies inside the range that was tried.
        public var probabilityInside: Double
        /// What one step of the sweep below and above costs, as a share of the loss.
        public var costOfStepBelow: Double
        public var costOfStepAbove: Double
    }

    /// A point of a valley.
    public struct CurvePoint: Codable, Sendable {
        public var value: Double
        public var height: Estimate
    }

    /// The drift of the best value: it goes with scale to this power, or changes by this much per factor of ten where the
    /// setting is linear.
    public struct Drift: Codable, Sendable {
        public var isPower: Bool
        public var perScale: Estimate
        /// The same with the model's width instead of scale; null where widths are not known or do not change.
        @OrNull public var perWidth: Estimate?
    }
}
