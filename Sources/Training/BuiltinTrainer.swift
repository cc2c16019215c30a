// The trainer of scalebench itself: a transformer of `Transformer`, batches of `TokenData`.
//
// Its whole state is the parameters, the optimizer's buffers and the number of updates; batches, initial weights and
// dropout's masks are functions of the seed and the step. So a restored run goes on bit-identically.

import Foundation
package import ScalebenchCore
import TokenData
import Transformer

/// Trains the model of a spec on the data set of its job.
package final class BuiltinTrainer: Trainer {
    private let spec: RunSpec
    private let model: GPT
    private let optimizer: any Optimizer
    private let schedule: LearningRateSchedule
    private let sampler: BatchSampler
    /// [sequences, contextLength + 1], as many sequences as the largest evaluation takes.
    private let validation: [UInt32]
    /// The mixture's part of every validation sequence; nil where there is one kind of data.
    private let domains: [String]?
    private var batch: [UInt32]
    private let allowance: CoreAllowance

    /// - Throws: `invalidInput` when the data set is not the one the spec was resolved for or is too small for it;
    ///   what opening the data set throws.
    package init(_ job: RunJob, cores: CoreAllowance = CoreAllowance()) throws {
        try KernelPath.check()
        spec = job.spec
        allowance = cores
        guard let source = job.dataset else {
            throw ScalebenchError(
                .invalidInput, "run \(job.runID) names no data set",
                hint: "start runs with `scalebench compare`; do not write job files by hand")
        }
        let dataset = try TokenDataset.open(folder: source.folder)
        guard dataset.contentHash == spec.dataHash, dataset.vocabularySize == spec.model.vocabularySize else {
            throw ScalebenchError(
                .invalidInput, "data set \"\(source.name)\" is not the one that run \(job.runID) was planned for",
                at: source.folder, hint: "start the comparison again; it is then planned with the current data")
        }
        let contextLength = spec.model.contextLength
        let seed = UInt64(bitPattern: Int64(spec.seed))
        validation = try dataset.validation(
            sequences: max(spec.evaluation.sequences, spec.evaluation.curveSequences), contextLength: contextLength)
        domains = dataset.validationParts(sequences: validation.count / (contextLength + 1))
        sampler = try BatchSampler(
            dataset, contextLength: contextLength, batchSequences: spec.batchSequences,
            uniqueTokens: spec.uniqueTokens, seed: seed)
        batch = [UInt32](repeating: 0, count: spec.batchSequences * (contextLength + 1))
        model = GPT(spec.model, precision: spec.precision, batchSequences: spec.batchSequences)
        model.initialize(seed: seed)
        optimizer = makeOptimizer(spec.optimizer, model.layout)
        schedule = LearningRateSchedule(spec.schedule, steps: spec.steps)
    }

    package var machine: [String: String] { KernelPath.facts }

    package var cores: Int { model.workers }

    /// Twice the loss of a uniform guess.
    package var divergenceLoss: Double { 2 * log(Double(spec.model.vocabularySize)) }

    package func learningRate(at step: Int) -> Double {
        spec.optimizer.learningRate * schedule.fraction(atStep: step - 1)
    }

    package func train(step: Int, measuresUpdate: Bool) throws -> StepResult {
        model.workers = min(allowance.count, GPT.parts(spec.model, batchSequences: spec.batchSequences))
        optimizer.workers = model.workers
        try batch.withUnsafeMutableBufferPointer { try sampler.batch(step - 1, into: $0) }
        let masks = DropoutDraw(seed: UInt64(bitPattern: Int64(spec.seed)), step: step - 1)
        let loss = batch.withUnsafeBufferPointer {
            model.lossAndGradients($0, sequences: spec.batchSequences, masks: masks)
        }
        let update = measuresUpdate ? UpdateToWeight(before: model.parameters, model.layout) : nil
        let norm = optimizer.update(
            parameters: model.parameters, gradients: model.gradients, learningRate: learningRate(at: step))
        return StepResult(
            natsPerToken: loss, gradientNorm: norm, updateToWeight: update?.ratio(after: model.parameters))
    }

    package func evaluate(step: Int, sequences: Int) throws -> EvaluationLosses {
        let context = spec.model.contextLength
        let losses = validation.withUnsafeBufferPointer { tokens in
            model.evaluate(
                UnsafeBufferPointer(rebasing: tokens[..<(sequences * (context + 1))]), sequences: sequences)
        }
        var means = EvaluationLosses(
            sequences: [Double](repeating: 0, count: sequences), positions: [Double](repeating: 0, count: context),
            domains: domains.map { Array($0.prefix(sequences)) })
        for sequence in 0..<sequences {
            for position in 0..<context {
                let loss = Double(losses[sequence * context + position])
                means.sequences[sequence] += loss
                means.positions![position] += loss / Double(sequences)
            }
            means.sequences[sequence] /= Double(context)
        }
        return means
    }
}

// MARK: - Checkpoints

extension BuiltinTrainer {
    private static let optimizerFile = "optimizer.safetensors"

    /// The tensors of a buffer that is laid out as the parameters.
    private func tensors(
        of buffer: UnsafeMutableBufferPointer<Float>, prefix: String = ""
    ) -> [Safetensors.Tensor<UnsafeMutableBufferPointer<Float>>] {
        model.layout.tensors.map { tensor in
            Safetensors.Tensor(
                name: prefix + tensor.name, shape: tensor.shape,
                values: UnsafeMutableBufferPointer(rebasing: buffer[tensor.offset..<tensor.offset + tensor.count]))
        }
    }

    /// The optimizer's buffers: the name of the buffer, then that of the parameter.
    private var optimizerState: [Safetensors.Tensor<UnsafeMutableBufferPointer<Float>>] {
        optimizer.state.flatMap { tensors(of: $0.values, prefix: $0.name + ".") }
    }

    package func save(to folder: String, metadata: [String: String]) throws {
        try saveWeights(to: "\(folder)/\(ModelExport.weightsFile)", metadata: metadata)
        try Safetensors.write(
            optimizerState.map { $0.readOnly },
            metadata: metadata.merging(["updates": String(optimizer.updates)]) { $1 },
            to: "\(folder)/\(Self.optimizerFile)")
    }

    package func restore(from folder: String) throws {
        let weights = try Safetensors.read(
            into: tensors(of: model.parameters), from: "\(folder)/\(ModelExport.weightsFile)")
        let state = try Safetensors.read(into: optimizerState, from: "\(folder)/\(Self.optimizerFile)")
        guard let updates = state["updates"].flatMap(Int.init), (0...spec.steps).contains(updates),
            weights["step"] == state["step"],
            weights["runID"] == spec.runID.rawValue, state["runID"] == spec.runID.rawValue
        else {
            throw ScalebenchError(
                .damagedData, "weights and optimizer state are not from the same step of this run", at: folder)
        }
        optimizer.updates = updates
    }

    package func saveModel(to folder: String, metadata: [String: String]) throws {
        try saveWeights(to: "\(folder)/\(ModelExport.weightsFile)", metadata: metadata)
        try ModelExport(spec.model).write(to: folder)
    }

    private func saveWeights(to path: String, metadata: [String: String]) throws {
        try Safetensors.write(tensors(of: model.parameters).map { $0.readOnly }, metadata: metadata, to: path)
    }
}

extension Safetensors.Tensor where Values == UnsafeMutableBufferPointer<Float> {
    fileprivate var readOnly: Safetensors.Tensor<UnsafeBufferPointer<Float>> {
        .init(name: name, shape: shape, values: UnsafeBufferPointer(values))
    }
}
