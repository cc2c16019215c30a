// A synthetic trainer with a known right answer and no model: losses follow a power law in closed form, so that the
// whole pipeline — plan, launch, store, verdict — can be tested in milliseconds.
//
// Notation: C the training FLOPs of the run, t the fraction of its steps done, z a standard normal number of the run.
//   loss(t) = floor + amplitude · (C·t / 1e12)^(−exponent) + noise · z,   not above ln V before the end of the run.

import Foundation
package import ScalebenchCore

/// The closed form of `SyntheticLaw`. It has no state: every number is a function of the spec and the step.
package final class SyntheticTrainer: Trainer {
    private let law: SyntheticLaw
    private let spec: RunSpec
    private let seedNoise: Double
    private let runSeed: UInt64

    /// Purposes of random numbers, as Philox streams.
    private enum Stream: UInt64 { case seedNoise = 1, trainingNoise, sequenceDifficulty, sequenceNoise }

    /// Standard deviations of what varies inside one run, in nats per token.
    private static let trainingNoise = 0.02, sequenceDifficulty = 0.3, sequenceNoise = 0.03

    package init(_ law: SyntheticLaw, spec: RunSpec) {
        self.law = law
        self.spec = spec
        // The identity of the run is itself a hash of its whole spec, the seed included.
        runSeed = UInt64(spec.runID.rawValue, radix: 16) ?? 0
        var generator = Philox(seed: runSeed, stream: Stream.seedNoise.rawValue)
        seedNoise = law.noise * generator.normal()
    }

    package var machine: [String: String] { [:] }

    /// The law may give any loss; only `divergesFromWidth` makes a synthetic run diverge.
    package var divergenceLoss: Double { .infinity }

    private var diverges: Bool { law.divergesFromWidth > 0 && spec.model.width >= law.divergesFromWidth }

    /// The expected validation loss after `step` steps.
    private func loss(at step: Int) -> Double {
        if diverges && Double(step) > 0.3 * Double(spec.steps) { return .infinity }
        let flops = spec.flops * Double(step) / Double(spec.steps)
        let end = lawLoss(spec.flops)
        let untrained = max(log(Double(spec.model.vocabularySize)), end)
        return min(lawLoss(flops), untrained) + seedNoise
    }

    private func lawLoss(_ flops: Double) -> Double {
        law.floor + law.amplitude * pow(flops / 1e12, -law.exponent)
    }

    package func learningRate(at step: Int) -> Double { spec.optimizer.learningRate }

    package func train(step: Int, measuresUpdate: Bool) throws -> StepResult {
        if law.secondsPerStep > 0 { Thread.sleep(forTimeInterval: law.secondsPerStep) }
        var generator = Philox(seed: runSeed, stream: Stream.trainingNoise.rawValue)
        generator.jump(to: UInt64(step) * 4)
        return StepResult(natsPerToken: loss(at: step) + Self.trainingNoise * generator.normal(), gradientNorm: 1)
    }

    /// The losses scatter around the law, and their mean is the law's loss. One part of the scatter belongs to the
    /// sequence and is the same for every run on the same data, so that pairing helps; the other belongs to the run.
    package func evaluate(step: Int, sequences: Int) throws -> EvaluationLosses {
        var difficulty = Philox(
            seed: UInt64(ContentHash.sha256(Data(spec.dataHash.utf8)).prefix(16), radix: 16) ?? 0,
            stream: Stream.sequenceDifficulty.rawValue)
        var noise = Philox(seed: runSeed, stream: Stream.sequenceNoise.rawValue)
        let offsets = (0..<sequences).map { _ in
            Self.sequenceDifficulty * difficulty.normal() + Self.sequenceNoise * noise.normal()
        }
        let mean = offsets.reduce(0, +) / Double(sequences)
        let centre = loss(at: step)
        return EvaluationLosses(sequences: offsets.map { centre + $0 - mean })
    }

    package func save(to folder: String, metadata: [String: String]) throws {}

    package func restore(from folder: String) throws {}

    package func saveModel(to folder: String, metadata: [String: String]) throws {}
}

extension Philox {
    /// A standard normal number from four 32-bit numbers (Box & Muller 1958).
    fileprivate mutating func normal() -> Double {
        let radius = (-2 * log(uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }
}
