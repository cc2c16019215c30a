// The one statistic that this room computes itself; all others are ScalingLaws'.

extension [Double] {
    /// NaN for an empty list.
    var mean: Double { reduce(0, +) / Double(count) }
}
