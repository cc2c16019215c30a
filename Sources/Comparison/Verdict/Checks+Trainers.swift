// The check for external trainers whose code is not part of their runs' names.

import ScalebenchCore

extension Checks {
    /// One finding that names the candidates whose trainer has no file that scalebench knows of, and no version that tells
    /// its changes apart.
    package static func trainersNotHashed(_ plan: ComparisonPlan) -> [Finding] {
        let names = plan.runs.reduce(into: Set<Int>()) { candidates, run in
            if case .command(let trainer) = run.spec.trainer, trainer.files.isEmpty {
                candidates.formUnion(run.candidates.filter { plan.candidates[$0].launch?.statesVersion != true })
            }
        }.sorted().map { plan.candidates[$0].name }
        guard !names.isEmpty else { return [] }
        let others = names.count > 3 ? " and \(names.count - 3) more" : ""
        return [
            Finding(
                "trainerNotHashed", .warning,
                "\(names.prefix(3).joined(separator: ", "))\(others): the trainer's code is not part of a run's identity: "
                    + "a change of it will not be noticed",
                advice:
                    "name its files, folders or patterns in trainer.files, or raise trainer.version with every change")
        ]
    }
}
