// Short runs with which an external trainer is tried: the smallest rung of a suite, cut to a few steps and a small
// evaluation. They are runs like all others, but belong to no comparison.

package import Comparison
import Foundation
import RunStore
package import ScalebenchCore
import TokenData

/// Makes the runs with which the trainer of a candidate is tried.
package struct TrainerTrial {
    package let trainer: CommandTrainer
    package let launch: TrainerLaunch
    /// What is known to be wrong with the trainer before anything runs.
    package let findings: [Finding]

    private let resolved: ResolvedComparison
    private let store: RunStore
    private let dataset: RunJob.Dataset?

    /// The evaluations of a run: enough to see a curve.
    private static let curvePoints = 4, curveSequences = 16, sequences = 64

    /// Makes a store at `root`, and the data set where it is not there yet.
    /// - Parameters:
    ///   - candidate: the file of the candidate, or its name in the suite. Of a file that sweeps, the first member is taken.
    ///   - suite: the suite's name or folder; nil for the built-in one.
    /// - Throws: `invalidInput` for a candidate that scalebench trains itself, and what keeps the candidate from being
    ///   compared.
    package init(candidate: String, suite: String?, root: String) throws {
        var request = ComparisonRequest(candidates: [candidate])
        if let suite { request.suite = suite }
        request.store = root
        request.usesBaselines = false
        resolved = try ResolvedComparison(request, allowsOne: true)
        guard case .command(let trainer) = resolved.plan.candidates[0].trainer,
            let launch = resolved.plan.candidates[0].launch
        else {
            throw ScalebenchError(
                .invalidInput, "this candidate has no program of its own as trainer", at: candidate,
                hint: #"name a candidate with "trainer": { "type": "command", … }"#)
        }
        self.trainer = trainer
        self.launch = launch
        findings = Checks.trainersNotHashed(resolved.plan)
        dataset = try RunDataset(
            named: resolved.dataset, locator: resolved.locator, stop: StopRequest(), progress: nil
        ).source(for: .command(trainer))
        store = try RunStore(root: root)
    }

    /// Prepares a run.
    /// - Parameters:
    ///   - steps: about the number of its steps.
    ///   - copy: runs of different copies are equal, and lie in folders of their own.
    package func prepare(steps: Int, copy: Int) throws -> RunFolder {
        let suite = resolved.plan.suite, candidate = resolved.plan.candidates[0]
        var evaluation = suite.evaluation
        evaluation.curvePoints = min(evaluation.curvePoints, Self.curvePoints)
        evaluation.curveSequences = min(evaluation.curveSequences, Self.curveSequences)
        evaluation.sequences = min(evaluation.sequences, Self.sequences)
        func spec(_ rung: Suite.Rung) throws -> RunSpec {
            try RunSpec(
                candidate, at: rung, contextLength: suite.contextLength, evaluation: evaluation,
                vocabularySize: resolved.data.vocabularySize, dataHash: resolved.data.contentHash, seed: 0)
        }
        var rung = suite.rungs[0]
        rung.tokens = steps * (try spec(rung).tokensPerStep)
        let job = RunJob(try spec(rung), dataset: dataset, launch: launch)
        let folder = RunFolder("\(store.folder(of: job.runID).path)-\(copy)")
        try job.write(to: folder)
        return folder
    }
}
