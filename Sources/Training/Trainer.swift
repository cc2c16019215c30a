// What the run loop asks of a trainer: single steps, evaluations, and its state on disk. The loop decides the order of
// steps, the events and the interruptions; a trainer computes the numbers.
//
// A new trainer needs one case of `TrainerConfig`, one file here and one line in `makeTrainer`. A user's own program is
// not a `Trainer`: it has its own loop (CommandRun).

package import ScalebenchCore

/// The trainer of one run. Its numbers must be a function of the spec and of the steps taken, never of how often it was
/// saved and restored or of the time.
package protocol Trainer: AnyObject {
    /// What may explain a difference in the last bits, for the start event: BLAS build and core.
    var machine: [String: String] { get }

    /// How many cores the last step was computed on.
    var cores: Int { get }

    /// A mean training loss above this, after the first steps, ends the run as diverged; nats per token.
    var divergenceLoss: Double { get }

    /// The learning rate of `step`, counted from 1.
    func learningRate(at step: Int) -> Double

    /// Takes the step after the last one. Steps come in order: 1, 2, 3 …, or on from the restored step.
    /// - Parameter measuresUpdate: whether the result says how large the update is. The step is the same either way.
    func train(step: Int, measuresUpdate: Bool) throws -> StepResult

    /// Losses of the first `sequences` validation sequences after `step` steps.
    func evaluate(step: Int, sequences: Int) throws -> EvaluationLosses

    /// Writes everything that later steps depend on into `folder`, flushed to disk.
    func save(to folder: String, metadata: [String: String]) throws

    /// Reads what `save` wrote into `folder`.
    /// - Throws: `damagedData` when it cannot be used; the trainer must then not be used any more either.
    func restore(from folder: String) throws

    /// Writes the trained model into `folder`, for other programs: `config.json` and `model.safetensors`. A trainer
    /// without weights writes nothing.
    func saveModel(to folder: String, metadata: [String: String]) throws
}

extension Trainer {
    package var cores: Int { 1 }
}

/// What one evaluation reports, in nats per token.
package struct EvaluationLosses: Sendable, Equatable {
    /// The mean loss of every sequence.
    package var sequences: [Double]
    /// The mean loss of every position in the context; nil from a trainer that does not know it.
    package var positions: [Double]?
    /// The name of the mixture's part that each sequence comes from; nil for data of one kind.
    package var domains: [String]?

    package init(sequences: [Double], positions: [Double]? = nil, domains: [String]? = nil) {
        self.sequences = sequences
        self.positions = positions
        self.domains = domains
    }

    /// The mean loss of every domain.
    var domainMeans: [String: Double]? {
        guard let domains else { return nil }
        return Dictionary(grouping: zip(domains, sequences), by: \.0).mapValues { pairs in
            pairs.reduce(0) { $0 + $1.1 } / Double(pairs.count)
        }
    }
}

/// What one training step reports.
package struct StepResult: Sendable, Equatable {
    /// Mean training loss of the batch before the update; may be infinite or NaN.
    package var natsPerToken: Double
    /// Global gradient norm before clipping.
    package var gradientNorm: Double
    /// The size of the update beside that of the weights, where it was to be measured; nil from a trainer without weights.
    package var updateToWeight: Double?

    package init(natsPerToken: Double, gradientNorm: Double, updateToWeight: Double? = nil) {
        self.natsPerToken = natsPerToken
        self.gradientNorm = gradientNorm
        self.updateToWeight = updateToWeight
    }
}

/// The trainer that a job's spec names.
/// - Throws: `invalidInput` when the spec was resolved for another version of that trainer; what the trainer throws
///   when it cannot start (unknown data, wrong content).
package func makeTrainer(for job: RunJob, cores: CoreAllowance = CoreAllowance()) throws -> any Trainer {
    let spec = job.spec
    guard spec.trainerVersion == spec.trainer.version else {
        throw ScalebenchError(
            .invalidInput,
            "run \(job.runID) is for trainer \(spec.trainerVersion), this program has \(spec.trainer.version)",
            hint: "start runs with `scalebench compare` of the same version")
    }
    switch spec.trainer {
    case .builtin:
        return try BuiltinTrainer(job, cores: cores)
    case .synthetic(let law):
        return SyntheticTrainer(law, spec: spec)
    case .command:
        preconditionFailure("an external trainer has a loop of its own")
    }
}
