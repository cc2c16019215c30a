// The quantile of a value in a distribution of which seven quantiles are known.

extension Estimate {
    /// The quantile of `value`, interpolated between the ends of the three intervals and the median; outside the 90 %
    /// interval it is 0.05 or 0.95.
    package func quantile(of value: Double) -> Double {
        let places = [
            (interval90.lower, 0.05), (interval80.lower, 0.1), (interval50.lower, 0.25), (point, 0.5),
            (interval50.upper, 0.75), (interval80.upper, 0.9), (interval90.upper, 0.95),
        ]
        guard value > places[0].0 else { return 0.05 }
        for (low, high) in zip(places, places.dropFirst()) where value <= high.0 {
            let fraction = high.0 > low.0 ? (value - low.0) / (high.0 - low.0) : 0.5
            return low.1 + fraction * (high.1 - low.1)
        }
        return 0.95
    }
}
