// A pre-norm decoder-only transformer: its loss and every gradient. In bf16 the operands of every matrix product are
// rounded; sums, parameters, gradients and everything between the products stay in fp32. The update, the order of the
// data and the end of training are decided elsewhere.
//
// A batch is cut into parts, a part into chunks, by the shape alone. Chunks of a part go through one after another and
// add to the same gradients; the gradients of parts are added in order. So the same parameters and tokens give the same
// bits on the same machine, with any number of workers. Nothing is allocated per step.

import CKernels
package import ScalebenchCore

package final class GPT {
    package let config: ModelConfig
    /// The place of each tensor in `parameters` and `gradients`.
    package let layout: GPTParameters
    /// All trained numbers, 64-byte aligned; padding between tensors is zero and stays so.
    package let parameters: UnsafeMutableBufferPointer<Float>
    /// The gradients of the last `lossAndGradients`, laid out as `parameters`.
    package let gradients: UnsafeMutableBufferPointer<Float>

    /// The number of threads of a step; it does not change the results.
    package var workers: Int {
        didSet { while members.count < workers { members.append(makeMember()) } }
    }

    private let parameterMemory, gradientMemory: AlignedFloats
    private let layers: GPTLayers
    private let kernels: KernelPath
    private let precision: RunSpec.Precision
    private let isTimed: Bool
    private var members: [GPTWorker] = []
    private let parts: Int
    private let chunkSequences: Int
    private let turns = Turns()
    /// Sums of losses, [parts].
    private let partLosses: UnsafeMutablePointer<Double>

    /// Allocates everything training needs; the parameters are zero until `initialize` or a checkpoint fills them.
    ///
    /// - Parameters:
    ///   - precision: the number format of the operands of matrix products.
    ///   - batchSequences: sequences of a training step; other numbers work, but are cut up differently.
    ///   - kernels: the instruction set of the loops.
    ///   - workers: the number of threads, which does not change the results.
    ///   - isTimed: whether `partSeconds` is kept.
    package init(
        _ config: ModelConfig, precision: RunSpec.Precision = .fp32, batchSequences: Int,
        kernels: KernelPath = .best, workers: Int = 1, isTimed: Bool = false
    ) {
        precondition(config.width % config.heads == 0, "heads must divide width")
        precondition(config.heads % config.keyValueHeads == 0, "key and value heads must divide heads")
        BLAS.useOneThread()
        self.config = config
        layout = GPTParameters(config)
        parameterMemory = AlignedFloats(count: layout.paddedCount)
        gradientMemory = AlignedFloats(count: layout.paddedCount)
        parameters = parameterMemory.buffer
        gradients = gradientMemory.buffer

        layers = GPTLayers(config, layout)
        self.kernels = kernels
        self.precision = precision
        self.isTimed = isTimed
        self.workers = max(1, workers)
        parts = Self.parts(config, batchSequences: batchSequences)
        chunkSequences = Self.chunkSequences(layers, layout, batchSequences: batchSequences)
        partLosses = .allocate(capacity: parts)
        members = (0..<self.workers).map { _ in makeMember() }
    }

    deinit { partLosses.deallocate() }

    private func makeMember() -> GPTWorker {
        GPTWorker(
            layers, capacity: chunkSequences, ownGradients: parts > 1 ? layout.paddedCount : nil,
            arithmetic: Arithmetic(kernels, precision, clock: isTimed ? PartClock() : nil))
    }

    /// Mean nats per token over a batch, and its gradients, which replace `gradients`.
    ///
    /// The loss is not finite when the model has diverged; the gradients are then not finite either.
    /// - Parameters:
    ///   - tokens: [sequences, contextLength + 1], row-major; position i predicts token i + 1.
    ///   - masks: decides what a model with dropout drops.
    package func lossAndGradients(
        _ tokens: UnsafeBufferPointer<UInt32>, sequences: Int, masks: DropoutDraw = DropoutDraw(seed: 0, step: 0)
    ) -> Double {
        check(tokens, sequences)
        gradients.update(repeating: 0)
        let scale = 1 / Float(sequences * config.contextLength)
        let step = Step(self, tokens: tokens, sequences: sequences, masks: masks, scale: scale)
        turns.reset()
        Workers(workers).perform(parts) { worker, part in step.perform(part, by: worker) }
        return (0..<parts).reduce(0) { $0 + partLosses[$1] } / Double(sequences * config.contextLength)
    }

    /// The threads of one `lossAndGradients` share this. It is unchecked because each part writes its own loss, each
    /// worker writes its own memory, and the common gradients are written by turns.
    private struct Step: @unchecked Sendable {
        private let model: GPT
        private let tokens: UnsafeBufferPointer<UInt32>
        private let sequences: Int
        private let masks: DropoutDraw
        private let scale: Float
        private let losses: UnsafeMutablePointer<Double>

        init(
            _ model: GPT, tokens: UnsafeBufferPointer<UInt32>, sequences: Int, masks: DropoutDraw, scale: Float
        ) {
            self.model = model
            self.tokens = tokens
            self.sequences = sequences
            self.masks = masks
            self.scale = scale
            losses = model.partLosses
        }

        func perform(_ part: Int, by worker: Int) {
            let member = model.members[worker]
            let range = part * sequences / model.parts..<(part + 1) * sequences / model.parts
            let parameters = model.parameterMemory.base, gradients = model.gradientMemory.base
            if part == 0 {
                // The first part needs no sum: it writes where the others will be added.
                losses[part] = member.train(
                    tokens, range, masks, parameters, into: gradients, gradientScale: scale)
                model.turns.take(part) {}
            } else {
                losses[part] = member.trainAlone(tokens, range, masks, parameters, gradientScale: scale)
                model.turns.take(part) { member.addGradients(to: gradients) }
            }
        }
    }

    /// Nats of every position, [sequences, contextLength], for any number of sequences, without gradients.
    ///
    /// - Parameter tokens: [sequences, contextLength + 1], row-major.
    package func evaluate(_ tokens: UnsafeBufferPointer<UInt32>, sequences: Int) -> [Float] {
        check(tokens, sequences)
        let context = config.contextLength
        return [Float](unsafeUninitializedCapacity: sequences * context) { losses, count in
            let evaluation = Evaluation(self, tokens: tokens, sequences: sequences, losses: losses.baseAddress!)
            Workers(workers).perform((sequences + chunkSequences - 1) / chunkSequences) { worker, chunk in
                evaluation.perform(chunk, by: worker)
            }
            count = sequences * context
        }
    }

    /// The threads of one `evaluate` share this. It is unchecked because each chunk writes its own losses and each
    /// worker its own memory.
    private struct Evaluation: @unchecked Sendable {
        private let model: GPT
        private let tokens: UnsafeBufferPointer<UInt32>
        private let sequences: Int
        private let losses: Floats

        init(_ model: GPT, tokens: UnsafeBufferPointer<UInt32>, sequences: Int, losses: Floats) {
            self.model = model
            self.tokens = tokens
            self.sequences = sequences
            self.losses = losses
        }

        func perform(_ chunk: Int, by worker: Int) {
            let first = chunk * model.chunkSequences
            model.members[worker].evaluate(
                tokens, first..<min(first + model.chunkSequences, sequences), model.parameterMemory.base,
                losses: losses + first * model.config.contextLength)
        }
    }

    private func check(_ tokens: UnsafeBufferPointer<UInt32>, _ sequences: Int) {
        precondition(
            tokens.count == sequences * (config.contextLength + 1), "tokens must be [sequences, contextLength + 1]")
    }

    /// Seconds per part of the step since the last call, summed over workers; zero unless `isTimed`.
    package func takePartSeconds() -> [StepPart: Double] {
        var sums: [StepPart: Double] = [:]
        for clock in members.compactMap(\.clock) {
            for part in StepPart.allCases { sums[part, default: 0] += clock.seconds[part.index] }
            clock.reset()
        }
        return sums
    }

    // MARK: Shape of the work

    /// Bytes this class allocates for a shape: parameters, gradients and activations. Optimizer state is counted by
    /// the optimizer.
    package static func memoryBytes(
        _ config: ModelConfig, precision: RunSpec.Precision = .fp32, batchSequences: Int, workers: Int = 1
    ) -> Int {
        let layout = GPTParameters(config), layers = GPTLayers(config, layout)
        let sequences = chunkSequences(layers, layout, batchSequences: batchSequences)
        let own = parts(config, batchSequences: batchSequences) > 1 ? layout.paddedCount : 0
        let work = GPTWorker.workspaceFloats(layers, sequences: sequences)
        let scratch = Arithmetic.scratchFloats(precision)
        return 4
            * (2 * layout.paddedCount + workers * (own + work + scratch + 2 * sequences * config.contextLength))
    }

    /// Parts of a batch: as many as have 1,024 tokens each, but at most 16. Adding up the gradients of such parts costs
    /// a fortieth of computing them. More workers than parts are of no use.
    package static func parts(_ config: ModelConfig, batchSequences: Int) -> Int {
        max(1, min(batchSequences, batchSequences * config.contextLength / 1024, 16))
    }

    /// Sequences per chunk: 512 rows of them, enough for the matrix products of narrow models. Where their activations fill
    /// the caches, chunks are halved, down to 128 rows; but not where half of the activations are less than five times the
    /// parameters, which every chunk reads, with their gradients. The 9 MB were measured with two threads that share a
    /// third-level cache of 32 MB.
    private static func chunkSequences(_ layers: GPTLayers, _ layout: GPTParameters, batchSequences: Int) -> Int {
        let context = layers.config.contextLength, cache = 9 << 20, parameters = 4 * layout.paddedCount
        func activations(_ sequences: Int) -> Int { 4 * GPTWorker.workspaceFloats(layers, sequences: sequences) }
        var sequences = min(max(1, batchSequences), max(1, 512 / context))
        while sequences > 1, sequences / 2 * context >= 128, activations(sequences) > cache,
            activations(sequences / 2) >= 5 * parameters
        { sequences /= 2 }
        return sequences
    }
}
