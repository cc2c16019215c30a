// Draws of a trend at fixed places.

/// What every draw of a trend's posterior at the same places has in common.
struct TrendPaths: Sendable {
    let places: [TrendPosition]
    let scale: OutwardSteps
    let offset: OutwardSteps
    /// It is nil where the trend has no drift.
    let drift: DriftPath?
    /// cov(f(place), f(position)) before anything is observed, a row for each place.
    let covariances: [Double]

    init(of fit: TrendFit, at places: [TrendPosition]) {
        let all = fit.positions + places
        self.places = places
        scale = OutwardSteps(to: all.map(\.x))
        offset = OutwardSteps(to: all.map(\.offset))
        drift = fit.scales.drift > 0 ? DriftPath(scale) : nil
        covariances = places.flatMap { place in fit.positions.map { TrendFit.prior(fit.scales, place, $0) } }
    }
}
