// The gap of two members of a family as their surface has it (`SettingsSurface.gap`), in the form that a posterior takes.

/// The gap d of two members over scale, a mixture over the surface's scales.
package struct SurfaceGap: Sendable {
    let scales: [Double]
    let parts: [Weighted<Part>]
    /// The weight of the surface; the rest is the walk's of the pair alone.
    package var share: Double

    struct Part: Sendable {
        var mean: [Double]
        var covariance: [Double]
    }
}
