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
}

/// Draws of z at several places. It is no closure: one that is kept as an optional gets another wrapper at every assignment.
enum GapPaths {
    case walk(GapWalk, TrendFit, TrendPaths)
    case surface(SurfaceCourse, places: [Double])

    init(of walk: GapWalk, at places: [TrendPosition]) {
        switch walk.fit {
        case .walk(let fit): self = .walk(walk, fit, TrendPaths(of: fit, at: places))
        case .surface(let course): self = .surface(course, places: places.map(\.x))
        }
    }

    /// Every call gives another path.
    func draw(_ generator: inout some NormalNumbers) -> [Double] {
        switch self {
        case .walk(let walk, let fit, let paths):
            fit.path(paths, observations: walk.observations, noise: walk.noise, &generator)
        case .surface(let course, let places): course.path(at: places, &generator)
        }
    }
}
