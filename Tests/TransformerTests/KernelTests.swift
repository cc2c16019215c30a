// The C loops of every instruction set against double precision: matrix products of awkward shapes and strides, softmax
// and cross-entropy at their extremes. Norms, activations and rotations are in LayerKernelTests.

import CKernels
import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct KernelTests {
    static let paths = KernelPath.allCases.filter(\.isAvailable)

    private func kernels(_ path: KernelPath) -> Kernels { kernelsNamed(path.rawValue)!.pointee }

    private func numbers(_ count: Int, stream: UInt64) -> [Float] {
        var random = Philox(seed: 5, stream: stream)
        return (0..<count).map { _ in Float(2 * random.uniform() - 1) }
    }

    /// (rows, inner, columns, surplus of each stride)
    static let products = [
        (1, 1, 1, 0), (5, 3, 7, 2), (16, 8, 8, 0), (37, 20, 33, 5), (64, 4, 64, 3), (13, 300, 25, 1),
        (100, 17, 130, 0), (9, 5, 600, 8), (8, 64, 4, 12), (31, 513, 12, 0), (3, 2, 41, 0),
        (29, 19, 21, 3),
    ]

    @Test(arguments: paths, products)
    func matrixProducts(_ path: KernelPath, _ shape: (rows: Int, inner: Int, columns: Int, surplus: Int)) {
        let kernels = kernels(path)
        let (rows, inner, columns, surplus) = shape
        let outStride = columns + surplus
        let bias = numbers(columns, stream: 1), addend = numbers(rows * outStride, stream: 2)
        let a = numbers((rows + surplus) * (inner + surplus), stream: 3)
        let b = numbers((inner + surplus) * (columns + surplus), stream: 4)
        let sentinel: Float = 77

        func check(
            _ label: String, start: [Float]? = nil, _ run: (inout [Float]) -> Void,
            _ expected: (Int, Int) -> Double
        ) {
            var out = start ?? [Float](repeating: sentinel, count: rows * outStride)
            let before = out
            run(&out)
            for row in 0..<rows {
                for column in 0..<outStride {
                    let value = out[row * outStride + column]
                    if column < columns {
                        #expect(abs(Double(value) - expected(row, column)) < 2e-5, "\(label) \(row) \(column)")
                    } else {
                        #expect(value == before[row * outStride + column], "\(label) wrote past its columns")
                    }
                }
            }
        }
        func product(_ left: (Int) -> Float, _ right: (Int) -> Float) -> Double {
            (0..<inner).reduce(0.0) { $0 + Double(left($1)) * Double(right($1)) }
        }
        let aStride = inner + surplus, bStride = columns + surplus
        check("multiply") {
            kernels.multiply(&$0, a, b, nil, nil, rows, inner, columns, outStride, aStride, bStride, 0, NOT_CAUSAL)
        } _: { r, c in
            product({ a[r * aStride + $0] }, { b[$0 * bStride + c] })
        }
        check("multiply with bias and addend") {
            kernels.multiply(
                &$0, a, b, bias, addend, rows, inner, columns, outStride, aStride, bStride, outStride, NOT_CAUSAL)
        } _: { r, c in
            product({ a[r * aStride + $0] }, { b[$0 * bStride + c] }) + Double(bias[c] + addend[r * outStride + c])
        }
        check("multiplyTransposed") {
            kernels.multiplyTransposed(&$0, a, b, rows, inner, columns, outStride, aStride, inner, NOT_CAUSAL)
        } _: { r, c in
            product({ a[r * aStride + $0] }, { b[c * inner + $0] })
        }
        let tallStride = rows + surplus
        for adds in [false, true] {
            check("multiplyOuter", start: addend) {
                kernels.multiplyOuter(
                    &$0, a, b, adds ? 1 : 0, rows, inner, columns, outStride, tallStride, bStride, NOT_CAUSAL)
            } _: { r, c in
                product({ a[$0 * tallStride + r] }, { b[$0 * bStride + c] })
                    + (adds ? Double(addend[r * outStride + c]) : 0)
            }
        }
    }

    @Test(arguments: paths) func softmaxSurvivesLargeScores(_ path: KernelPath) {
        // Two rows of a block that starts at position 9: 10 and 11 keys of 12, rows 16 apart.
        var scores = (0..<32).map { Float($0 * 37 % 23) * 40 }
        let before = scores
        kernels(path).causalSoftmax(&scores, 0.25, 2, 9, 12, 16)
        for row in 0..<2 {
            let visible = 10 + row
            let expected = ReferenceLayers.softmax((0..<visible).map { Double(before[row * 16 + $0]) * 0.25 })
            for key in 0..<12 {
                let weight = key < visible ? expected[key] : 0
                #expect(abs(Double(scores[row * 16 + key]) - weight) < 1e-6)
            }
        }
    }

    @Test(arguments: paths) func crossEntropyOfConfidentLogits(_ path: KernelPath) {
        for vocabulary in [2, 7, 8, 100] {
            var logits = (0..<vocabulary).map { Float($0 * 5 % 13) * 20 }
            let before = logits.map(Double.init)
            var loss: Float = 0
            kernels(path).crossEntropy(&loss, &logits, [1], 0.5, 1, vocabulary)
            let expected = ReferenceLayers.crossEntropy(before, target: 1)
            #expect(abs(Double(loss) - expected) < 1e-5 * max(1, expected) || expected == .infinity)
            for (actual, gradient) in zip(logits, ReferenceLayers.crossEntropyBackward(before, target: 1)) {
                #expect(abs(Double(actual) - 0.5 * gradient) < 1e-6)
            }
        }
    }

    @Test(arguments: paths) func normIsExactForLongVectors(_ path: KernelPath) {
        let values = numbers(100_001, stream: 9)
        let expected = values.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(kernels(path).sumOfSquares(values, values.count) - expected) < 1e-6 * expected)
    }

    @Test(arguments: paths, [1, 5, 8, 100]) func scaledSums(_ path: KernelPath, _ count: Int) {
        let x = numbers(count, stream: 1), addend = numbers(count, stream: 2)
        var out = addend
        kernels(path).addScaled(&out, nil, x, 0.25, count)
        #expect(out == x.map { $0 * 0.25 })
        kernels(path).addScaled(&out, addend, x, 0.25, count)
        let expected = zip(addend, x).map { Double($0) + 0.25 * Double($1) }
        let worst = worstDifference(out.map(Double.init), expected)
        #expect(worst < 1e-6)
    }
}
