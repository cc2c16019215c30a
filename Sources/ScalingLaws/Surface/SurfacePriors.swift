// What is known of surfaces before a sweep is seen: the grid over which their scales are integrated, with its weights.
// The numbers were chosen on the development half of Suites/studies/verdict-benchmark and on public vocabulary sizes
// (LOG.md); every one is in ln L.

import Foundation

/// The scales of one surface. Settings are in standard deviations over the sweep, scales in decades.
struct SurfaceScales: Sendable, Equatable {
    /// The size of the differences between members.
    var amplitude: Double
    /// What a decade of scale changes of a surface steadily, as a share of the amplitude.
    var trend: Double
    /// What a decade of scale changes of it at random, as a share of the amplitude.
    var walk: Double
    /// The change of ln amplitude per decade of scale.
    var growth: Double
    /// The standard deviation of a single run around the surface that its seed noise does not explain.
    var misfit: Double
}

/// A grid of scales with their prior weights.
struct SurfacePriors: Sendable {
    let grid: [(scales: SurfaceScales, logWeight: Double)]

    /// Differences between settings fade with scale or keep their size; they do not grow on the whole.
    private static let growths = [0, -0.4, -0.8]

    static let shipped = SurfacePriors()

    private init() {
        let wide = Self.axis(median: 0.031, spread: 0.6, count: 5, reach: 2)
        let trends = Self.axis(median: 0.45, spread: 0.75, count: 3, reach: 1.4)
        let walks = Self.axis(median: 0.44, spread: 0.9, count: 3, reach: 1.4)
        let misfits = Self.axis(median: 0.007, spread: 1.3, count: 6, reach: 2)
        var grid: [(SurfaceScales, Double)] = []
        for growth in Self.growths {
            for trend in trends {
                for walk in walks {
                    for amplitude in wide {
                        for misfit in misfits {
                            grid.append(
                                (
                                    SurfaceScales(
                                        amplitude: amplitude.value, trend: trend.value, walk: walk.value,
                                        growth: growth, misfit: misfit.value),
                                    amplitude.logWeight + trend.logWeight + walk.logWeight + misfit.logWeight
                                ))
                        }
                    }
                }
            }
        }
        self.grid = grid
    }

    /// Values of a log-normal prior at equal steps, up to `reach` standard deviations from its median.
    private static func axis(
        median: Double, spread: Double, count: Int, reach: Double
    ) -> [(value: Double, logWeight: Double)] {
        (0..<count).map { index in
            let z = reach * (2 * Double(index) / Double(count - 1) - 1)
            return (median * exp(spread * z), -0.5 * z * z)
        }
    }
}
