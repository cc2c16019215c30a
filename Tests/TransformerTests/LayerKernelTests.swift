// The C loops of norms, activations and rotations against double precision, on every instruction set and at widths off
// the vector length.

import CKernels
import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct LayerKernelTests {
    static let paths = KernelPath.allCases.filter(\.isAvailable)
    static let widths = [1, 2, 7, 8, 17, 64, 75]
    static let functions:
        [(kernel: ActivationFunction, plain: ModelConfig.Activation, gated: ModelConfig.Activation?)] = [
            (GELU_TANH, .geluTanh, nil), (GELU, .gelu, .geGLU), (RELU_SQUARED, .reluSquared, nil),
            (SILU, .silu, .swiGLU),
        ]
    private let rows = 5

    private func kernels(_ path: KernelPath) -> Kernels { kernelsNamed(path.rawValue)!.pointee }

    private func numbers(_ count: Int, stream: UInt64) -> [Float] {
        var random = Philox(seed: 6, stream: stream)
        return (0..<count).map { _ in Float(4 * random.uniform() - 2) }
    }

    private func expectClose(
        _ actual: [Float], _ expected: [Double], _ label: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(actual.count == expected.count, sourceLocation: sourceLocation)
        let scale = max(1, expected.map(abs).max() ?? 0)
        let worst = worstDifference(actual.map(Double.init), expected)
        #expect(worst < 1e-5 * scale, "\(label)", sourceLocation: sourceLocation)
    }

    @Test(arguments: paths) func activationsAndTheirSlopesEverywhere(_ path: KernelPath) {
        let points = stride(from: -30.0, through: 30, by: 0.01).map { Float($0) } + [-1e18, 1e18, 3e18]
        for function in Self.functions {
            var x = points, out = points
            kernels(path).activate(function.kernel, &out, &x, nil, 1, 1, points.count)
            for (i, point) in points.enumerated() {
                let value = ReferenceActivation.value(function.plain, Double(point))
                let slope = ReferenceActivation.slope(function.plain, Double(point))
                #expect(abs(Double(out[i]) - value) <= 1e-6 * max(1, abs(value)), "\(function.plain) at \(point)")
                guard abs(point) < 1e4 else { continue }
                #expect(abs(Double(x[i]) - slope) < 2e-6 * max(1, abs(slope)), "slope of \(function.plain) at \(point)")
            }
        }
    }

    @Test(arguments: paths, widths) func plainActivations(_ path: KernelPath, _ width: Int) {
        let x = numbers(rows * width, stream: 1), bias = numbers(width, stream: 2)
        let outGradient = numbers(rows * width, stream: 3)
        for function in Self.functions {
            for bias in [bias, nil] {
                let biased = x.indices.map { Double(x[$0]) + Double(bias?[$0 % width] ?? 0) }
                let expected = ReferenceActivation.forward(function.plain, biased, width: width)
                var forward = x, slopes = x, out = x
                kernels(path).activate(function.kernel, &out, &forward, bias, 0, rows, width)
                expectClose(out, expected, "\(function.plain) without slopes")
                kernels(path).activate(function.kernel, &out, &slopes, bias, 1, rows, width)
                expectClose(out, expected, "\(function.plain)")
                let expectedGradient = ReferenceActivation.backward(
                    function.plain, biased, width: width, outGradient: outGradient.map(Double.init))
                var gradient = outGradient, biasGradient = [Float](repeating: 1, count: width)
                kernels(path).activateBackward(&gradient, &biasGradient, slopes, rows, width)
                expectClose(gradient, expectedGradient, "gradient of \(function.plain)")
                expectClose(biasGradient, columnSums(expectedGradient, width).map { 1 + $0 }, "bias")
                var unbiased = outGradient
                kernels(path).activateBackward(&unbiased, nil, slopes, rows, width)
                #expect(unbiased == gradient)
            }
        }
    }

    @Test(arguments: paths, widths) func gatedActivations(_ path: KernelPath, _ width: Int) {
        let x = numbers(rows * 2 * width, stream: 1), bias = numbers(2 * width, stream: 2)
        let outGradient = numbers(rows * width, stream: 3)
        for function in Self.functions {
            guard let kind = function.gated else { continue }
            for bias in [bias, nil] {
                let biased = x.indices.map { Double(x[$0]) + Double(bias?[$0 % (2 * width)] ?? 0) }
                let expected = ReferenceActivation.forward(kind, biased, width: width)
                var forward = x, slopes = x, out = outGradient
                kernels(path).activateGated(function.kernel, &out, &forward, bias, 0, rows, width)
                expectClose(out, expected, "\(kind) without slopes")
                kernels(path).activateGated(function.kernel, &out, &slopes, bias, 1, rows, width)
                expectClose(out, expected, "\(kind)")
                let expectedGradient = ReferenceActivation.backward(
                    kind, biased, width: width, outGradient: outGradient.map(Double.init))
                var gradient = x, biasGradient = [Float](repeating: 1, count: 2 * width)
                kernels(path).activateGatedBackward(&gradient, &biasGradient, outGradient, slopes, rows, width)
                expectClose(gradient, expectedGradient, "gradient of \(kind)")
                expectClose(biasGradient, columnSums(expectedGradient, 2 * width).map { 1 + $0 }, "bias")
                var unbiased = x
                kernels(path).activateGatedBackward(&unbiased, nil, outGradient, slopes, rows, width)
                #expect(unbiased == gradient)
            }
        }
    }

    @Test(arguments: paths) func activationsPassNaNOn(_ path: KernelPath) {
        for function in Self.functions {
            for width in [1, 16] {
                var x = [Float](repeating: .nan, count: 2 * width), out = x
                kernels(path).activate(function.kernel, &out, &x, nil, 1, 1, width)
                #expect(out[..<width].allSatisfy { $0.isNaN })
                #expect(x[..<width].allSatisfy { $0.isNaN } || function.kernel == RELU_SQUARED)
                x = [Float](repeating: 1, count: 2 * width)
                x[0] = .nan
                kernels(path).activateGated(function.kernel, &out, &x, nil, 1, 1, width)
                #expect(out[0].isNaN)
                x = [Float](repeating: 1, count: 2 * width)
                x[width] = .nan
                kernels(path).activateGated(function.kernel, &out, &x, nil, 1, 1, width)
                #expect(out[0].isNaN)
            }
        }
    }

    /// Widths begin at two channels, because the layer norm of one has no gradient, only rounding.
    @Test(arguments: paths, widths.dropFirst()) func norms(_ path: KernelPath, _ width: Int) {
        let x = numbers(rows * width, stream: 1), gain = numbers(width, stream: 2), bias = numbers(width, stream: 3)
        let outGradient = numbers(rows * width, stream: 4)
        for kind in ModelConfig.Norm.allCases {
            for bias in [bias, nil] {
                let label = "\(kind), bias \(bias != nil)"
                var out = x, means = [Float](repeating: 0, count: rows), inverses = means
                let reference = ReferenceLayers.norm(
                    kind, x.map(Double.init), gain: gain.map(Double.init), bias: bias?.map(Double.init))
                means.withUnsafeMutableBufferPointer { means in
                    let means = kind == .layerNorm ? means.baseAddress : nil
                    kernels(path).normalize(&out, means, &inverses, x, gain, bias, 1e-5, rows, width)
                }
                expectClose(out, reference, label)

                let expected = ReferenceLayers.normBackward(
                    kind, x.map(Double.init), gain: gain.map(Double.init), outGradient: outGradient.map(Double.init))
                for adds in [false, true] {
                    // If nothing is added, the gradient may overwrite the one that it is computed from.
                    var xGradient = adds ? x : outGradient, incoming = outGradient
                    var gainGradient = [Float](repeating: 1, count: width), biasGradient = gainGradient
                    xGradient.withUnsafeMutableBufferPointer { to in
                        incoming.withUnsafeMutableBufferPointer { from in
                            biasGradient.withUnsafeMutableBufferPointer { biasGradient in
                                kernels(path).normalizeBackward(
                                    to.baseAddress!, &gainGradient, bias == nil ? nil : biasGradient.baseAddress,
                                    UnsafePointer(adds ? from.baseAddress! : to.baseAddress!), x,
                                    kind == .layerNorm ? means : nil, inverses, gain, adds ? 1 : 0, rows, width)
                            }
                        }
                    }
                    let start = adds ? x.map(Double.init) : x.map { _ in 0 }
                    expectClose(xGradient, zip(start, expected.x).map(+), label)
                    expectClose(gainGradient, expected.gain.map { 1 + $0 }, label)
                    expectClose(
                        biasGradient, bias == nil ? expected.bias.map { _ in 1 } : expected.bias.map { 1 + $0 }, label)
                }
            }
        }
    }

    @Test(arguments: paths, [(1, 2), (3, 2), (2, 8), (3, 10), (1, 34)])
    func rotations(_ path: KernelPath, _ shape: (heads: Int, channels: Int)) {
        let (heads, channels) = shape
        let width = heads * channels, stride = width + 3, half = channels / 2
        let x = numbers(rows * stride, stream: 1)
        let angles = (0..<rows * half).map { i in
            Double(i / half) * pow(100, -2 * Double(i % half) / Double(channels))
        }
        let cosines = angles.map { Float(cos($0)) }, sines = angles.map { Float(sin($0)) }
        for back in [false, true] {
            var turned = x
            kernels(path).rotate(&turned, cosines, sines, back ? 1 : 0, rows, heads, channels, stride)
            let heads = (0..<rows).flatMap { x[$0 * stride..<$0 * stride + width].map(Double.init) }
            let expected = ReferenceAttention.rotated(
                heads, heads: shape.heads, channels: channels, base: 100, back: back)
            expectClose((0..<rows).flatMap { turned[$0 * stride..<$0 * stride + width] }, expected, "back \(back)")
            for row in 0..<rows {
                #expect(
                    turned[row * stride + width..<(row + 1) * stride] == x[row * stride + width..<(row + 1) * stride])
            }
        }
    }

    private func columnSums(_ values: [Double], _ width: Int) -> [Double] {
        (0..<width).map { column in stride(from: column, to: values.count, by: width).reduce(0) { $0 + values[$1] } }
    }
}
