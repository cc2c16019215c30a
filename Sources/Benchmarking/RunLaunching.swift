// Chooses the launcher of a comparison: what the request names, then the suite, then the environment, then this machine.

import Comparison
import Foundation
import Launching
import RunStore
import ScalebenchCore

/// Where the runs of one comparison are carried out.
struct RunLaunching: Sendable {
    let workers: Int
    private let config: LauncherConfig
    private let program: String?

    var isLocal: Bool { if case .local = config.kind { true } else { false } }
    var isPreparing: Bool { if case .prepare = config.kind { true } else { false } }

    /// - Throws: `invalidInput` or `notFound` for a launcher that cannot be used.
    init(_ request: ComparisonRequest, _ resolved: ResolvedComparison) throws {
        workers = request.workers
        program = request.program
        let environment = ProcessInfo.processInfo.environment[LauncherConfig.environmentKey]
        let named = request.launcher ?? resolved.launcher ?? environment.flatMap { $0.isEmpty ? nil : $0 }
        config = try named.map(LauncherConfig.open) ?? .local
        let plan = resolved.plan
        try config.check(rungs: (plan.rungs.indices.map(LadderPlace.rung) + [.target]).flatMap(plan.launchNames))
    }

    /// A launcher for some runs of the plan.
    func launcher(of runs: [ComparisonPlan.Run], in plan: ComparisonPlan, _ store: RunStore) throws -> any Launcher {
        let places = Dictionary(
            uniqueKeysWithValues: runs.map { run in
                (store.folder(of: run.id), LaunchPlace(names: plan.launchNames(of: run.place), flops: run.spec.flops))
            })
        func resources(_ rules: ResourceRules) -> @Sendable (RunFolder) -> JobResources {
            { rules.resources(at: places[$0] ?? LaunchPlace(names: [], flops: 0)) }
        }
        let program = isPreparing ? "" : try RunProgram.find(program)
        let launches = RunFolder(store.launches).absolute.path
        switch config.kind {
        case .local: return LocalLauncher(executable: program, slots: workers)
        case .prepare: return PrepareLauncher()
        case .slurm(let slurm):
            return SchedulerLauncher(
                SlurmScheduler(slurm, program: program, launches: launches), Launch(config, in: launches),
                options: slurm.options, resources: resources(slurm.resources))
        case .command(let command):
            return SchedulerLauncher(
                CommandScheduler(command, program: program), Launch(config, in: launches), options: command.options,
                mostJobs: command.options.maxParallel, resources: resources(command.resources))
        }
    }
}

extension ComparisonPlan {
    /// What a launcher file may call a rung: `width 48`, or `target`.
    fileprivate func launchNames(of place: LadderPlace) -> [String] {
        (place == .target ? ["target"] : ["width \(rung(at: place).width)"]) + [label(of: place)]
    }
}
