// The prior covariance of a surface. Notation: u settings, in standard deviations from the sweep's centre; x log10 scale
// relative to the top rung; W a Brownian motion that starts at 0 and goes both ways.
//   shape(u, u') = u·u' + ¼ (u·u')² + 0.26² exp(−|u − u'|² / (2 · 1.55²))
//   k = amplitude² e^{growth·(x + x')} shape(u, u') (1 + trend² x x' + walk² cov(W(x), W(x')))
// The first two terms of the shape are a plane and a paraboloid: a valley and, with their trend, a bottom that moves. The
// third bends the valley's walls.

import Foundation

/// A place on a surface: settings and scale.
struct SurfacePlace: Sendable {
    var settings: [Double]
    var x: Double
}

/// The parts of the covariance of two places that no scale changes.
struct SurfaceKernel {
    private static let curvature = 0.25, bend = 0.26 * 0.26, reach = 2 * 1.55 * 1.55

    static func shape(_ u: [Double], _ v: [Double]) -> Double {
        var product = 0.0, distance = 0.0
        for index in u.indices {
            product += u[index] * v[index]
            distance += (u[index] - v[index]) * (u[index] - v[index])
        }
        return product + curvature * product * product + bend * exp(-distance / reach)
    }

    /// cov(W(x), W(y)).
    static func shared(_ x: Double, _ y: Double) -> Double { x * y > 0 ? min(abs(x), abs(y)) : 0 }

    static func covariance(_ s: SurfaceScales, _ p: SurfacePlace, _ q: SurfacePlace) -> Double {
        s.amplitude * s.amplitude * exp(s.growth * (p.x + q.x)) * shape(p.settings, q.settings)
            * (1 + s.trend * s.trend * p.x * q.x + s.walk * s.walk * shared(p.x, q.x))
    }
}
