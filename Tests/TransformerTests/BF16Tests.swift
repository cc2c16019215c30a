// bf16: the products against double precision with rounded operands and against each other on every instruction set; then
// the whole model, whose gradients lie within the error of bf16 of the double reference, with bounds stated per tensor.

import CKernels
import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct BF16Tests {
    static let paths = KernelPath.allCases.filter(\.isAvailable)

    private func kernels(_ path: KernelPath) -> Kernels { kernelsNamed(path.rawValue)!.pointee }

    private func numbers(_ count: Int, stream: UInt64) -> [Float] {
        var random = Philox(seed: 6, stream: stream)
        return (0..<count).map { _ in Float(2 * random.uniform() - 1) }
    }

    /// x rounded to eight significant bits, ties to even.
    private func rounded(_ x: Float) -> Double {
        let bits = x.bitPattern
        return Double(Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000))
    }

    /// Three products of one shape, one after another: plain with bias and addend, transposed, and outer added to ones.
    private func products(
        _ path: KernelPath, _ shape: (rows: Int, inner: Int, columns: Int, surplus: Int)
    ) -> [[Float]] {
        let kernels = kernels(path), (rows, inner, columns, surplus) = shape
        var scratch = [Float](repeating: 0, count: BF16_SCRATCH)
        let outStride = columns + surplus, aStride = inner + surplus, tall = rows + surplus
        let a = numbers((rows + surplus) * (inner + surplus), stream: 3)
        let b = numbers((inner + surplus) * (columns + surplus), stream: 4)
        let bias = numbers(columns, stream: 1), addend = numbers(rows * outStride, stream: 2)
        var plain = [Float](repeating: 77, count: rows * outStride), transposed = plain
        var outer = [Float](repeating: 1, count: rows * outStride)
        kernels.multiplyBF16(
            &plain, a, b, bias, addend, rows, inner, columns, outStride, aStride, outStride, outStride, NOT_CAUSAL,
            &scratch)
        kernels.multiplyTransposedBF16(
            &transposed, a, b, rows, inner, columns, outStride, aStride, inner, NOT_CAUSAL, &scratch)
        kernels.multiplyOuterBF16(
            &outer, a, b, 1, rows, inner, columns, outStride, tall, outStride, NOT_CAUSAL, &scratch)
        return [plain, transposed, outer]
    }

    static let shapes = KernelTests.products + [(520, 70, 65, 3), (17, 600, 130, 1), (530, 258, 20, 0)]

    @Test(arguments: shapes)
    func productsRoundTheirOperandsAlone(_ shape: (rows: Int, inner: Int, columns: Int, surplus: Int)) {
        let (rows, inner, columns, surplus) = shape
        let outStride = columns + surplus, aStride = inner + surplus, tall = rows + surplus
        let a = numbers((rows + surplus) * (inner + surplus), stream: 3).map(rounded)
        let b = numbers((inner + surplus) * (columns + surplus), stream: 4).map(rounded)
        let bias = numbers(columns, stream: 1), addend = numbers(rows * outStride, stream: 2)
        for path in Self.paths {
            let found = products(path, shape)
            for row in 0..<rows {
                for column in 0..<columns {
                    let at = row * outStride + column
                    let sum = { (term: (Int) -> Double) in (0..<inner).reduce(0) { $0 + term($1) } }
                    let expected = [
                        sum { a[row * aStride + $0] * b[$0 * outStride + column] } + Double(bias[column] + addend[at]),
                        sum { a[row * aStride + $0] * b[column * inner + $0] },
                        sum { a[$0 * tall + row] * b[$0 * outStride + column] } + 1,
                    ]
                    for kind in 0..<3 where !(abs(Double(found[kind][at]) - expected[kind]) < 3e-5) {
                        Issue.record("\(path) product \(kind) \(row) \(column)")
                        return
                    }
                }
                for column in columns..<outStride { #expect(found[0][row * outStride + column] == 77) }
            }
        }
    }

    @Test(arguments: shapes)
    func productsHaveTheSameBitsOnEveryPath(_ shape: (rows: Int, inner: Int, columns: Int, surplus: Int)) {
        let baseline = products(.baseline, shape).map { $0.map(\.bitPattern) }
        for path in Self.paths {
            #expect(products(path, shape).map { $0.map(\.bitPattern) } == baseline, "\(path)")
        }
    }

    @Test(arguments: paths) func infinityAndNaNAreSeen(_ path: KernelPath) {
        var scratch = [Float](repeating: 0, count: BF16_SCRATCH)
        for (value, isNaN) in [(Float.nan, true), (.infinity, false), (3.4e38, false)] {
            var out: [Float] = [0]
            kernels(path).multiplyBF16(&out, [value], [2], nil, nil, 1, 1, 1, 1, 1, 1, 1, NOT_CAUSAL, &scratch)
            #expect(isNaN ? out[0].isNaN : out[0] == .infinity, "\(value)")
        }
    }

    // MARK: Models

    /// The root mean square of the differences beside that of the tensor. bf16 has eight bits, so that a product's operands
    /// are off by 2⁻⁹ at most and by about 0.0017 on average; errors add up over the layers that a gradient passes.
    private func relativeError(_ model: GPT, _ name: String, _ expected: [Double]) -> Double {
        let actual = model.gradient(name)
        let squares = zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (squares / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    /// Queries and keys, whose gradients are small differences of large ones, and everything else.
    private func bound(_ name: String) -> Double { name.contains("c_attn") || name.contains("_norm.") ? 0.06 : 0.03 }

    private func expectBounds(_ model: GPT, _ gradients: [String: [Double]], _ label: String) {
        for (name, expected) in gradients {
            let error = relativeError(model, name, expected)
            if !(error < bound(name)) { Issue.record("\(name) \(label): \(error)") }
        }
    }

    @Test(arguments: Variant.all) func gradientsOfEveryOptionLieWithinTheErrorOfBF16(_ variant: Variant) {
        let config = variant.applied(
            to: ModelConfig(width: 24, layers: 2, heads: 3, contextLength: 40, vocabularySize: 50, mlpWidth: 36))
        let parameters = formulaParameters(config, amplitude: 0.3)
        let batch = formulaTokens(config, sequences: 3, step: 1)
        let (loss, gradients) = ReferenceGPT(config: config, parameters: parameters).lossAndGradients(batch)
        for path in Self.paths {
            let model = GPT(config, precision: .bf16, batchSequences: 3, kernels: path)
            model.set(parameters)
            let found = model.lossAndGradients(batch)
            #expect(abs(found - loss) < 2e-3 * loss && found != loss, "\(path)")
            expectBounds(model, gradients, "on \(path)")
        }
    }

    @Test(arguments: GoldenTrace.names) func twentyStepsStayNearPyTorch(_ name: String) throws {
        let trace = try GoldenTrace(name)
        let model = GPT(trace.model, precision: .bf16, batchSequences: trace.sequences)
        model.set(trace.parameters)
        let optimizer = makeOptimizer(trace.optimizer, model.layout)
        for step in 0..<20 {
            let loss = model.lossAndGradients(trace.batch(atStep: step), masks: trace.masks(atStep: step))
            #expect(abs(loss - trace.losses[step]) < 1e-2 * trace.losses[step], "step \(step)")
            _ = optimizer.update(
                parameters: model.parameters, gradients: model.gradients, learningRate: trace.optimizer.learningRate)
        }
    }

    @Test(arguments: [Variant.single[0]] + Variant.combined)
    func anyNumberOfWorkersGivesTheSameBits(_ variant: Variant) {
        let config = variant.applied(
            to: ModelConfig(width: 12, layers: 1, heads: 3, contextLength: 64, vocabularySize: 64, mlpWidth: 20))
        func train(_ workers: Int) -> [UInt32] {
            let model = GPT(config, precision: .bf16, batchSequences: 161, workers: workers)
            model.initialize(seed: 4)
            let rule = makeOptimizer(OptimizerConfig(learningRate: 0.01), model.layout, workers: workers)
            for step in 0..<3 {
                _ = model.lossAndGradients(formulaTokens(config, sequences: 161, step: step))
                _ = rule.update(parameters: model.parameters, gradients: model.gradients, learningRate: 0.01)
            }
            return model.parameters.map(\.bitPattern)
        }
        let alone = train(1)
        for workers in [2, 3, 7] { #expect(train(workers) == alone, "\(workers) workers") }
    }
}
