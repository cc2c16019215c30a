// The learning rate over a run, as a fraction of its peak. Steps count from 0.

package import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Linear warm-up, then constant, cosine or linear decay, or constant with a linear decay at the end (wsd).
///
/// Step s of the w warm-up steps has (s + 1)/(w + 1), so the first is above zero and step w is the peak. Cosine and
/// linear decay run from there to `finalFraction` at the last step, steps − 1; wsd decays over its last `decaySteps`,
/// or over all that warm-up leaves if that is less.
package struct LearningRateSchedule: Sendable {
    private let config: ScheduleConfig
    private let lastStep: Int

    package init(_ config: ScheduleConfig, steps: Int) {
        self.config = config
        lastStep = steps - 1
    }

    /// The fraction of the peak at one step; later steps than the last have the last one's.
    package func fraction(atStep step: Int) -> Double {
        if step < config.warmupSteps { return Double(step + 1) / Double(config.warmupSteps + 1) }
        let decayStart =
            config.type == .wsd ? max(config.warmupSteps, lastStep - config.decaySteps) : config.warmupSteps
        guard config.type != .constant, lastStep > decayStart, step > decayStart else { return 1 }
        let progress = min(1, Double(step - decayStart) / Double(lastStep - decayStart))
        let decayed: Double =
            switch config.type {
            case .constant: 1
            case .cosine: (1 + cos(Double.pi * progress)) / 2
            case .linear, .wsd: 1 - progress
            }
        return config.finalFraction + (1 - config.finalFraction) * decayed
    }
}
