// Checks of the trainers: external ones whose code is not part of their runs' names, and precisions that differ.

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

    /// One finding where some candidates multiply in bf16 and others in fp32: part of a gap is then the precision's.
    package static func mixedPrecision(_ plan: ComparisonPlan) -> [Finding] {
        let precisions = Dictionary(grouping: plan.candidates, by: \.precision)
        guard let narrow = precisions[.bf16], let wide = precisions[.fp32] else { return [] }
        let verb = { (candidates: [Candidate]) in candidates.count == 1 ? "multiplies" : "multiply" }
        let names = { (candidates: [Candidate]) in
            let others = candidates.count > 3 ? " and \(candidates.count - 3) more" : ""
            return candidates.prefix(3).map(\.name).joined(separator: ", ") + others
        }
        return [
            Finding(
                "mixedPrecision", .warning,
                "\(names(narrow)) \(verb(narrow)) in bf16 and \(names(wide)) in fp32: part of their gap is the precision's",
                advice: "give all candidates one precision, unless the precision is your question")
        ]
    }
}
