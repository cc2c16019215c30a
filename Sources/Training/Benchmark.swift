// How fast the built-in trainer trains one model on this machine, and what it spends its time on. Whole steps are
// timed: batch from shards, forward, backward, clipping, update. The processor's own speed is measured between the
// steps, so that the share of it that is reached does not depend on what else the machine does meanwhile.

import Dispatch
import Foundation
package import ScalebenchCore
import TokenData
package import Transformer

/// What is measured: a model, its batch and optimizer, and how it is computed.
package struct BenchmarkShape: Sendable {
    package var model: ModelConfig
    package var optimizer = OptimizerConfig(learningRate: 1e-3)
    package var batchSequences: Int
    package var workers = 1
    package var kernels = KernelPath.best
    package var precision = RunSpec.Precision.fp32

    package init(model: ModelConfig, batchSequences: Int) {
        self.model = model
        self.batchSequences = batchSequences
    }

    /// The memory that the plan of a comparison states for such a run.
    package var memoryBytes: Int {
        GPT.memoryBytes(model, precision: precision, batchSequences: batchSequences, workers: workers)
            + optimizer.type.stateBytes(GPTParameters(model), workers: workers)
    }
}

/// The measured figures of one shape.
package struct BenchmarkResult: Sendable {
    /// The number of timed steps; one untimed step went before them.
    package var steps = 0
    /// Median seconds of a step.
    package var secondsPerStep = 0.0
    package var tokensPerSecond = 0.0
    /// FLOP/s of the median step, as `ModelConfig.flopsPerToken` counts them.
    package var flopsPerSecond = 0.0
    /// FLOP/s of square matrix products in the same precision, all workers at once: the median of those measured between
    /// steps.
    package var productFlopsPerSecond = 0.0
    /// Median over slices of the steps' FLOP/s, divided by that of the products measured just before.
    package var productShare = 0.0
    /// The share of the workers' time by part; the rest is spent waiting for other workers.
    package var partShares: [StepPart: Double] = [:]
    /// Seconds from the creation of the model to the end of the first step.
    package var firstStepSeconds = 0.0
    /// The energy of the timed steps over their tokens, in joules; nil where the kernel does not count it.
    package var joulesPerToken: Double?
}

/// Measures shapes, one after another.
package struct Benchmark {
    private let seconds: Double

    /// Seconds of steps between two measurements of the processor.
    private static let sliceSeconds = 0.5
    private static let productSeconds = 0.1

    /// - Parameter seconds: training time per shape.
    package init(seconds: Double) { self.seconds = seconds }

    package func measure(_ shape: BenchmarkShape) throws -> BenchmarkResult {
        let folder = "\(NSTemporaryDirectory())/scalebench-bench-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sampler = try BatchSampler(
            try Self.randomTokens(shape.model, in: folder), contextLength: shape.model.contextLength,
            batchSequences: shape.batchSequences, seed: 0)
        var result = BenchmarkResult()
        let began = ContinuousClock.now
        let trainee = Trainee(shape, sampler)
        try trainee.step()
        result.firstStepSeconds = began.duration(to: .now).seconds
        trainee.reset()

        let flopsPerStep = shape.model.flopsPerToken * Double(shape.batchSequences * shape.model.contextLength)
        var steps: [Double] = [], products: [Double] = [], shares: [Double] = []
        let meter = EnergyMeter()
        var joules = meter.map { _ in 0.0 }
        while steps.reduce(0, +) < seconds || steps.count < 3 {
            let product = Self.productRate(shape)
            var slice: [Double] = []
            let before = meter?.read()
            while slice.reduce(0, +) < min(seconds, Self.sliceSeconds) {
                let start = ContinuousClock.now
                try trainee.step()
                slice.append(start.duration(to: .now).seconds)
            }
            joules = joules.flatMap { sum in
                guard let meter, let before else { return nil }
                return meter.joules(from: before, to: meter.read()).map { sum + $0 }
            }
            products.append(product)
            shares.append(flopsPerStep / Self.median(slice) / product)
            steps += slice
        }
        result.steps = steps.count
        result.secondsPerStep = Self.median(steps)
        result.tokensPerSecond = Double(shape.batchSequences * shape.model.contextLength) / result.secondsPerStep
        let tokens = Double(steps.count * shape.batchSequences * shape.model.contextLength)
        result.joulesPerToken = joules.map { $0 / tokens }
        result.flopsPerSecond = flopsPerStep / result.secondsPerStep
        result.productFlopsPerSecond = Self.median(products)
        result.productShare = Self.median(shares)
        let workerSeconds = steps.reduce(0, +) * Double(shape.workers)
        result.partShares = trainee.partSeconds.mapValues { $0 / workerSeconds }
        return result
    }

    /// FLOP/s of matrix products with every worker multiplying at once.
    private static func productRate(_ shape: BenchmarkShape) -> Double {
        let rates = UnsafeMutablePointer<Double>.allocate(capacity: shape.workers)
        defer { rates.deallocate() }
        let box = Rates(values: rates)
        DispatchQueue.concurrentPerform(iterations: shape.workers) { worker in
            box.values[worker] = shape.kernels.productRate(shape.precision, seconds: productSeconds).mean
        }
        return (0..<shape.workers).reduce(0) { $0 + rates[$1] }
    }

    /// This is unchecked because each thread writes its own value.
    private struct Rates: @unchecked Sendable { let values: UnsafeMutablePointer<Double> }

    /// A data set of 2^20 random tokens, or of four windows if they are longer.
    private static func randomTokens(_ model: ModelConfig, in folder: String) throws -> TokenDataset {
        let writer = try DatasetWriter(folder: folder, type: .narrowest(vocabularySize: model.vocabularySize))
        var random = Philox(seed: 0)
        let count = max(1 << 20, 4 * (model.contextLength + 1))
        try writer.append(
            (0..<count).map { _ in random.next32() % UInt32(model.vocabularySize) }, to: .train)
        try writer.append((0...model.contextLength).map { _ in 0 }, to: .validation)
        _ = try writer.publish(
            DatasetManifest(
                name: "random", summary: "", vocabularySize: model.vocabularySize, tokenizer: "none", license: "",
                source: ""))
        return try TokenDataset.open(folder: folder)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// A model in training, with the clock of the parts that the model does not see.
private final class Trainee {
    private let shape: BenchmarkShape
    private let sampler: BatchSampler
    private let model: GPT
    private let optimizer: any Optimizer
    private var batch: [UInt32]
    private var index = 0
    private var dataSeconds = 0.0, updateSeconds = 0.0

    init(_ shape: BenchmarkShape, _ sampler: BatchSampler) {
        self.shape = shape
        self.sampler = sampler
        model = GPT(
            shape.model, precision: shape.precision, batchSequences: shape.batchSequences, kernels: shape.kernels,
            workers: shape.workers,
            isTimed: true)
        model.initialize(seed: 0)
        optimizer = makeOptimizer(
            shape.optimizer, model.layout, kernels: shape.kernels, workers: shape.workers)
        batch = [UInt32](repeating: 0, count: shape.batchSequences * (shape.model.contextLength + 1))
    }

    func step() throws {
        let start = ContinuousClock.now
        try batch.withUnsafeMutableBufferPointer { try sampler.batch(index, into: $0) }
        index += 1
        dataSeconds += start.duration(to: .now).seconds
        _ = batch.withUnsafeBufferPointer { model.lossAndGradients($0, sequences: shape.batchSequences) }
        let trained = ContinuousClock.now
        _ = optimizer.update(
            parameters: model.parameters, gradients: model.gradients, learningRate: shape.optimizer.learningRate)
        updateSeconds += trained.duration(to: .now).seconds
    }

    func reset() {
        _ = model.takePartSeconds()
        dataSeconds = 0
        updateSeconds = 0
    }

    /// Seconds per part, summed over workers; batch and update keep all workers busy or waiting.
    var partSeconds: [StepPart: Double] {
        var seconds = model.takePartSeconds()
        seconds[.data, default: 0] += dataSeconds * Double(shape.workers)
        seconds[.update, default: 0] += updateSeconds * Double(shape.workers)
        return seconds
    }
}
