// Runs of one trunk. While its learning rate does not fall yet, a run of a constant rate or of `wsd` does not know how
// long it will be: runs that differ only in their length and in how they end are one run up to there, bit for bit,
// because a seed fixes initial weights and the order of the data whatever the length. So one trunk can be trained once,
// with a decay for each budget (Hu et al. 2024; Hägele et al. 2024).

extension RunSpec {
    /// The steps before the learning rate begins to fall; 0 for a schedule that is stretched to the length of the run.
    package var steadySteps: Int {
        switch schedule.type {
        case .cosine, .linear: 0
        case .constant: steps
        // The last step at the peak rate is that of this index, and steps are counted from 1.
        case .wsd: min(steps, max(schedule.warmupSteps, steps - 1 - schedule.decaySteps) + 1)
        }
    }

    /// All that decides the steps before the rate falls: equal for runs of one trunk. It is nil for a run that has no
    /// such steps, and for trainers other than the built-in one, whose steps scalebench does not know.
    package var trunk: RunSpec? {
        guard trainer == .builtin, steadySteps > 0 else { return nil }
        var trunk = self
        trunk.schedule = ScheduleConfig(type: .constant, warmupSteps: schedule.warmupSteps, finalFraction: 1)
        trunk.steps = 0
        return trunk
    }

    /// Whether `longer` goes on where this run's rate begins to fall.
    package func isStart(of longer: RunSpec) -> Bool {
        guard steps < longer.steps, steadySteps <= longer.steadySteps, let trunk else { return false }
        return trunk == longer.trunk
    }
}
