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

    /// Draws z at several places; every call gives another path.
    func sampler(
        at places: [TrendPosition], observations: [Double], noise: [Double]
    ) -> (inout SplitMix) -> [Double] {
        switch self {
        case .walk(let fit):
            let paths = TrendPaths(of: fit, at: places)
            return { fit.path(paths, observations: observations, noise: noise, &$0) }
        case .surface(let course):
            let coordinates = places.map(\.x)
            return { course.path(at: coordinates, &$0) }
        }
    }
}
