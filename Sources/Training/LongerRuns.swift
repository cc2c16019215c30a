// Branches: a run is the start of longer runs of the same trunk (`RunSpec.trunk`) up to where its rate begins to fall.
// Until then it also records what they would have recorded, whose reports and evaluations come at other steps. There it
// writes a checkpoint for the next longer one, which has the records of all longer ones and goes on from it as from one
// of its own. A longer run that finds no such checkpoint trains from its first step, with the same result.

import Foundation
import ScalebenchCore

/// What a longer run would have recorded up to a step of its trunk.
struct LongerRun: Codable, Equatable {
    var runID: RunID
    /// Sum and number of the training losses since its last step event.
    var lossSum = 0.0
    var lossCount = 0
    /// Its events so far.
    var events: [RunEvent] = []
}

/// Records on behalf of the longer runs of a job's trunk.
struct LongerRuns {
    private let folder: RunFolder
    private let spec: RunSpec
    private let runs: [RunID: Run]
    private let order: [RunID]

    private struct Run {
        let spec: RunSpec
        let reports: Set<Int>
        let evaluations: Set<Int>

        init(_ spec: RunSpec) {
            self.spec = spec
            let schedule = RunSchedule(spec)
            reports = Set(schedule.reports)
            evaluations = Set(schedule.evaluations)
        }
    }

    init(_ job: RunJob, _ folder: RunFolder) {
        self.folder = folder
        spec = job.spec
        let longer = (job.trunk?.longer ?? []).filter { job.spec.isStart(of: $0) }
        order = longer.map(\.runID)
        runs = Dictionary(longer.map { ($0.runID, Run($0)) }) { first, _ in first }
    }

    /// The records with which a session begins: empty ones at the first step. Later, only a run that was recorded from
    /// there on can be recorded further.
    func records(in state: LoopState) -> [LongerRun]? {
        let present = state.step == 0 ? order.map { LongerRun(runID: $0) } : state.longer ?? []
        let kept = state.step < spec.steadySteps ? present.filter { runs[$0.runID] != nil } : []
        return kept.isEmpty ? nil : kept
    }

    /// Whether one of the longer runs that `state` records has an evaluation after `step`.
    func evaluate(after step: Int, in state: LoopState) -> Bool {
        (state.longer ?? []).contains { runs[$0.runID]?.evaluations.contains(step) == true }
    }

    /// Takes in the step that `state` has just done. At the last steady one it writes the checkpoint of the next longer
    /// run; where that cannot be written, that run only takes longer.
    func note(_ state: inout LoopState, _ result: StepResult, of trainer: any Trainer) throws {
        guard let recorded = state.longer else { return }
        let kept = try recorded.compactMap { try record(state, result, for: $0, of: trainer) }
        state.longer = kept.isEmpty ? nil : kept
        guard state.step >= spec.steadySteps else { return }
        if let next = kept.first {
            let branch = state.branch(to: next, from: spec.runID, others: Array(kept.dropFirst()))
            try? CheckpointFolder(folder.branch(to: next.runID), runID: next.runID).save(branch, of: trainer)
        }
        state.longer = nil
    }

    /// One run's record with this step; nil for a run whose evaluation is not finite, which then trains by itself.
    private func record(
        _ state: LoopState, _ result: StepResult, for run: LongerRun, of trainer: any Trainer
    ) throws -> LongerRun? {
        guard let longer = runs[run.runID] else { return nil }
        var run = run
        run.lossSum += result.natsPerToken
        run.lossCount += 1
        if longer.reports.contains(state.step) {
            let tokens = state.step * longer.spec.tokensPerStep
            run.events.append(.step(state.report(run.lossSum, run.lossCount, of: trainer, tokens: tokens)))
            run.lossSum = 0
            run.lossCount = 0
        }
        if longer.evaluations.contains(state.step) {
            let evaluation = try trainer.evaluation(after: state.step, result, of: longer.spec)
            guard evaluation.natsPerToken != nil else { return nil }
            run.events.append(.evaluation(evaluation))
        }
        return run
    }
}

extension LoopState {
    /// The state of a longer run after the same steps.
    fileprivate func branch(to run: LongerRun, from shorter: RunID, others: [LongerRun]) -> LoopState {
        var state = self
        state.runID = run.runID
        state.lossSum = run.lossSum
        state.lossCount = run.lossCount
        state.longer = others.isEmpty ? nil : others
        state.origin = Origin(branch: .init(runID: shorter, step: step, seconds: seconds), events: run.events)
        return state
    }
}
