// Estimates what a run costs on this machine: FLOPs and memory are counted, speed is measured by training a few steps. The
// speed of an external trainer is known from its finished runs alone.

package import Comparison
import Foundation
import ScalebenchCore
import Transformer

/// Estimates the cost of runs; the speed of each shape of model and batch with each optimizer is
/// measured once.
package final class CostModel {
    private let measured: MeasuredSeconds

    /// A model that knows no time of external trainers.
    package convenience init() { self.init(MeasuredSeconds()) }

    /// - Parameter measured: what finished runs of external trainers took.
    init(_ measured: MeasuredSeconds) { self.measured = measured }

    private struct Shape: Hashable {
        var model: ModelConfig
        var batchSequences: Int
        var optimizer: OptimizerConfig.Kind
        var precision: RunSpec.Precision

        /// Training FLOPs of one step.
        var flops: Double { model.flopsPerToken * Double(batchSequences * model.contextLength) }
        var kind: Kind { Kind(optimizer: optimizer, precision: precision) }
    }

    private var secondsPerStep: [Shape: Double] = [:]
    /// The best FLOP/s measured so far with each optimizer and precision. Larger models use the machine better, so that they
    /// reach at least this.
    private var bestRates: [Kind: Double] = [:]

    private struct Kind: Hashable {
        var optimizer: OptimizerConfig.Kind
        var precision: RunSpec.Precision
    }

    /// The time of a step of more FLOPs than this is not measured but estimated from the best rate measured.
    private static let largestMeasuredStep = 2e10
    /// The shape that is measured when the plan has only larger ones.
    private static func fallback(_ kind: Kind) -> Shape {
        Shape(
            model: ModelConfig(
                width: 128, layers: 2, heads: 2, contextLength: 64, vocabularySize: 256, mlpWidth: 512),
            batchSequences: 8, optimizer: kind.optimizer, precision: kind.precision)
    }

    /// The seconds of a measurement: long enough that caches and clock speed settle, short enough not to be noticed.
    private static let measuringSeconds = 0.04

    /// The cost of a whole run, its evaluations included.
    package func cost(_ run: ComparisonPlan.Run) -> RunCost {
        let spec = run.spec
        switch spec.trainer {
        case .synthetic(let law):
            return RunCost(seconds: law.secondsPerStep * Double(spec.steps), memoryBytes: 0)
        case .command:
            return measured.cost(of: spec)
        case .builtin:
            let shape = Shape(
                model: spec.model, batchSequences: spec.batchSequences, optimizer: spec.optimizer.type,
                precision: spec.precision)
            let perStep = secondsPerStep(shape)
            // Evaluation is a forward pass, a third of a training step's FLOPs.
            let evaluated =
                spec.evaluation.sequences + (spec.evaluation.curvePoints - 1) * spec.evaluation.curveSequences
            let steps = Double(spec.steps) + Double(evaluated) / Double(spec.batchSequences) / 3
            return RunCost(
                seconds: perStep * steps,
                memoryBytes: memoryBytes(spec))
        }
    }

    /// Core-seconds of runs up to a fraction of their schedule, by name; zero where nothing is known.
    static func estimates(
        _ runs: [ComparisonPlan.Run], of plan: ComparisonPlan, upTo fraction: Double
    ) -> [String: Double] {
        let model = CostModel()
        return Dictionary(
            uniqueKeysWithValues: runs.map { run in
                let share = max(0, fraction - 1 + plan.ownShare(of: run))
                return (run.id.rawValue, share * (model.cost(run).seconds ?? 0))
            })
    }

    /// FLOP/s of whole training steps at a shape that uses the machine well; `doctor` shows it.
    package func trainingRate() -> Double {
        let shape = Self.fallback(Kind(optimizer: .adamW, precision: .fp32))
        return shape.flops / secondsPerStep(shape)
    }

    /// The bytes of model, gradients, activations, optimizer state and validation tokens, and of the copy of the matrices
    /// that measures an update.
    private func memoryBytes(_ spec: RunSpec) -> Double {
        let layout = GPTParameters(spec.model)
        let moments = Double(spec.optimizer.type.stateBytes(layout) + UpdateToWeight.memoryBytes(layout))
        let validation = 4 * Double(spec.evaluation.sequences * (spec.model.contextLength + 1))
        return Double(GPT.memoryBytes(spec.model, precision: spec.precision, batchSequences: spec.batchSequences))
            + moments + validation
    }

    private func secondsPerStep(_ shape: Shape) -> Double {
        if let known = secondsPerStep[shape] { return known }
        if shape.flops > Self.largestMeasuredStep {
            if bestRates[shape.kind] == nil { _ = secondsPerStep(Self.fallback(shape.kind)) }
            return shape.flops / bestRates[shape.kind]!
        }
        let seconds = measure(shape, OptimizerConfig(type: shape.optimizer, learningRate: 0.001))
        secondsPerStep[shape] = seconds
        bestRates[shape.kind] = max(bestRates[shape.kind] ?? 0, shape.flops / seconds)
        return seconds
    }

    private func measure(_ shape: Shape, _ optimizerConfig: OptimizerConfig) -> Double {
        BLAS.useOneThread()
        let model = GPT(shape.model, precision: shape.precision, batchSequences: shape.batchSequences)
        model.initialize(seed: 0)
        let optimizer = makeOptimizer(optimizerConfig, model.layout)
        var random = Philox(seed: 0)
        let tokens = (0..<(shape.batchSequences * (shape.model.contextLength + 1))).map { _ in
            random.next32() % UInt32(shape.model.vocabularySize)
        }
        let step = {
            _ = tokens.withUnsafeBufferPointer { model.lossAndGradients($0, sequences: shape.batchSequences) }
            _ = optimizer.update(
                parameters: model.parameters, gradients: model.gradients, learningRate: optimizerConfig.learningRate)
        }
        step()
        let start = ContinuousClock.now
        var steps = 0
        var elapsed = 0.0
        while elapsed < Self.measuringSeconds {
            step()
            steps += 1
            elapsed = start.duration(to: .now).seconds
        }
        return elapsed / Double(steps)
    }
}
