// The two statistics that this room computes itself; all others are ScalingLaws'.

extension [Double] {
    /// NaN for an empty list.
    package var mean: Double { reduce(0, +) / Double(count) }

    /// Unbiased; NaN below two values.
    var variance: Double {
        let mean = mean
        return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    }
}
