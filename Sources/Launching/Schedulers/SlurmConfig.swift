// The launcher file of type "slurm".

import ScalebenchCore

package struct SlurmConfig: Sendable, Equatable {
    package var options: SchedulerOptions
    package var resources: ResourceRules
    /// Lines of bash that a job runs first, such as `module load cuda`.
    package var setup: [String]
    /// Seconds before the end of its time at which Slurm asks a job for a checkpoint.
    package var warningSeconds: Int

    init(_ reader: ConfigReader) throws {
        options = try SchedulerOptions(reader)
        resources = try ResourceRules(reader)
        setup = try reader.strings("setup", default: [])
        warningSeconds = try reader.integer("warningSeconds", in: 1...65_535, default: 120)
    }
}
