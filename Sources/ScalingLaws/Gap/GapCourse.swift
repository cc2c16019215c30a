// How the gap of a pair runs over scale, given the data: a walk from its own rungs, or the course that the surface of its
// family gives it.

/// The posterior of z over scale.
enum GapCourse: Sendable {
    case walk(TrendFit)
    case surface(SurfaceCourse)

    func predict(_ place: TrendPosition) -> TrendPrediction {
        switch self {
        case .walk(let fit): return fit.predict(place)
        case .surface(let course):
            let (mean, variance) = course.predict(place.x)
            return TrendPrediction(mean: mean, variance: variance, slopeMean: 0, slopeVariance: 0, covariance: 0)
        }
    }

    func covariance(_ s: TrendPosition, _ t: TrendPosition) -> Double {
        switch self {
        case .walk(let fit): fit.covariance(s, t)
        case .surface(let course): course.covariance(s.x, t.x)
        }
    }

    /// One draw of z at several places.
    func path(
        at places: [TrendPosition], observations: [Double], noise: [Double], _ generator: inout SplitMix
    ) -> [Double] {
        switch self {
        case .walk(let fit): fit.path(at: places, observations: observations, noise: noise, &generator)
        case .surface(let course): course.path(at: places.map(\.x), &generator)
        }
    }
}
