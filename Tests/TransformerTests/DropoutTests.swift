// Dropout: the reference by finite differences, the fast path against the reference, and masks that depend on nothing
// but seed, step and place.

import CKernels
import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct DropoutTests {
    static let variants = [Variant.single[0]] + Variant.combined

    private func config(_ variant: Variant, width: Int = 8, context: Int = 4, rate: Double = 0.3) -> ModelConfig {
        var config = variant.applied(
            to: ModelConfig(
                width: width, layers: 2, heads: 2, contextLength: context, vocabularySize: 7, mlpWidth: 5))
        config.dropout = rate
        return config
    }

    private func reference(_ config: ModelConfig, seed: UInt64 = 5, step: Int = 3) -> ReferenceGPT {
        ReferenceGPT(
            config: config, parameters: formulaParameters(config, amplitude: 0.4),
            masks: ReferenceDropout(rate: config.dropout, seed: seed, step: step))
    }

    /// Along one random direction per tensor; ReferenceTests go through every number of a model without dropout.
    @Test(arguments: variants) func gradientsOfTheReference(_ variant: Variant) {
        let config = config(variant), model = reference(config), batch = formulaTokens(config, sequences: 2, step: 0)
        let (loss, gradients) = model.lossAndGradients(batch)
        #expect(abs(loss - model.loss(batch)) < 1e-12)
        for (index, tensor) in config.referenceTensors.enumerated() {
            var random = Philox(seed: 2, stream: UInt64(index))
            let direction = (0..<tensor.count).map { _ in 2 * random.uniform() - 1 }
            func loss(_ step: Double) -> Double {
                var moved = model
                moved.parameters[tensor.name] = zip(model[tensor.name], direction).map { $0 + step * $1 }
                return moved.loss(batch)
            }
            let numeric = (loss(1e-6) - loss(-1e-6)) / 2e-6
            let exact = zip(gradients[tensor.name]!, direction).map(*).reduce(0, +)
            #expect(abs(numeric - exact) < 1e-7 * max(1, abs(exact)), "\(tensor.name)")
        }
    }

    /// Several parts and chunks, and widths with an unfinished group of channels.
    @Test(arguments: variants, [8, 44]) func gradientsMatchTheReference(_ variant: Variant, _ width: Int) {
        let config = config(variant, width: width, context: 130)
        let model = reference(config), batch = formulaTokens(config, sequences: 17, step: 1)
        let (loss, gradients) = model.lossAndGradients(batch)
        for path in KernelPath.allCases where path.isAvailable {
            let fast = GPT(config, batchSequences: 17, kernels: path, workers: 2)
            fast.set(model.parameters)
            let difference = abs(fast.lossAndGradients(batch, masks: DropoutDraw(seed: 5, step: 3)) - loss)
            #expect(difference < 2e-6 * loss, "loss on \(path)")
            expectGradients(fast, gradients, "on \(path)")
        }
    }

    @Test(arguments: variants) func evaluationDropsNothing(_ variant: Variant) {
        let config = config(variant, context: 40), batch = formulaTokens(config, sequences: 5, step: 1)
        var plain = config
        plain.dropout = 0
        let model = GPT(config, batchSequences: 5), without = GPT(plain, batchSequences: 5)
        for model in [model, without] { model.set(formulaParameters(config, amplitude: 0.4)) }
        #expect(model.evaluate(batch) == without.evaluate(batch))
        #expect(abs(model.lossAndGradients(batch) - without.lossAndGradients(batch)) > 1e-3)
    }

    @Test func masksDependOnSeedAndStepOnly() {
        let config = config(Variant.single[0], width: 24, context: 64)
        let batch = formulaTokens(config, sequences: 65, step: 1)
        func bits(_ workers: Int, _ draw: DropoutDraw) -> [UInt32] {
            let model = GPT(config, batchSequences: 65, workers: workers)
            model.initialize(seed: 1)
            _ = model.lossAndGradients(batch, masks: draw)
            return model.gradients.map(\.bitPattern)
        }
        let draw = DropoutDraw(seed: 1 << 40 | 9, step: 2)
        let alone = bits(1, draw)
        for workers in [2, 3, 5] { #expect(bits(workers, draw) == alone, "\(workers) workers") }
        for other in [DropoutDraw(seed: 9, step: 2), DropoutDraw(seed: 1 << 40 | 9, step: 3)] {
            #expect(bits(1, other) != alone)
        }
    }

    /// Each site, step, row and seed has masks of its own, which drop the share that was asked for.
    @Test(arguments: KernelPath.allCases, [0.1, 0.5, 0.9]) func shares(_ path: KernelPath, _ rate: Double) {
        guard path.isAvailable else { return }
        let kernels = kernelsNamed(path.rawValue)!.pointee, rows = 100, width = 200
        func mask(seed: UInt64 = 1, step: UInt32 = 1, site: UInt32 = 1, row: Int = 0) -> [Float] {
            let ones = [Float](repeating: 1, count: rows * width)
            var out = [Float](repeating: 7, count: rows * width)
            kernels.dropOut(&out, nil, ones, 2, UInt32(rate * 0x1p32), seed, step, site, row, rows, width)
            return out
        }
        let masks = [mask(), mask(seed: 2), mask(step: 2), mask(site: 2), mask(row: 1000)]
        for first in masks {
            #expect(first.allSatisfy { $0 == 0 || $0 == 2 })
            let share = Double(first.count { $0 == 0 }) / Double(first.count)
            #expect(abs(share - rate) < 0.01)
        }
        for (first, second) in zip(masks, masks.dropFirst()) {
            let both = Double(zip(first, second).count { $0 == 0 && $1 == 0 }) / Double(first.count)
            #expect(abs(both - rate * rate) < 0.015)
        }
        #expect(Array(mask(row: 40).prefix(60 * width)) == Array(mask().suffix(60 * width)))
    }

    @Test func numbersThatAreNotFiniteStaySo() {
        for path in KernelPath.allCases where path.isAvailable {
            var out = [Float](repeating: 0, count: 40)
            kernelsNamed(path.rawValue)!.pointee.dropOut(
                &out, nil, [Float](repeating: .nan, count: 40), 2, 1 << 31, 1, 1, 1, 0, 1, 40)
            let kept = out.allSatisfy { $0.isNaN }
            #expect(kept)
        }
    }
}
