// Muon: the iteration on matrices whose singular values are known, and whole updates of every shape of matrix.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct MuonTests {
    private func numbers(_ count: Int, stream: UInt64) -> [Double] {
        var random = Philox(seed: 3, stream: stream)
        return (0..<count).map { _ in 2 * random.uniform() - 1 }
    }

    /// A matrix of orthogonal rows with these norms; its singular values are the norms.
    private func orthogonalRows(_ norms: [Double], columns: Int) -> [Double] {
        var rows: [[Double]] = []
        for (index, norm) in norms.enumerated() {
            var row = numbers(columns, stream: UInt64(index))
            for earlier in rows {
                let share = zip(row, earlier).map(*).reduce(0, +) / earlier.map { $0 * $0 }.reduce(0, +)
                row = zip(row, earlier).map { $0 - share * $1 }
            }
            let length = row.map { $0 * $0 }.reduce(0, +).squareRoot()
            rows.append(row.map { $0 * norm / length })
        }
        return rows.flatMap { $0 }
    }

    /// Rows stay orthogonal, and each is scaled as the polynomial scales its norm.
    @Test func iterationActsOnSingularValues() {
        let norms = [3.0, 1.0, 0.25, 0.05], columns = 7
        let matrix = orthogonalRows(norms, columns: columns)
        let total = norms.map { $0 * $0 }.reduce(0, +).squareRoot() + 1e-7
        let expected = norms.indices.flatMap { row -> [Double] in
            var value = norms[row] / total
            for _ in 0..<5 { value = ReferenceMuon.polynomial(value) }
            #expect(value > 0.6 && value < 1.3)
            return (0..<columns).map { matrix[row * columns + $0] * value / norms[row] }
        }
        let wide = ReferenceMuon.orthogonalized(matrix, columns: columns)
        #expect(worstDifference(wide, expected) < 1e-12)
        let tall = ReferenceMuon.orthogonalized(
            ReferenceMuon.transposed(matrix, columns: columns), columns: norms.count)
        #expect(worstDifference(ReferenceMuon.transposed(tall, columns: norms.count), expected) < 1e-12)
    }

    /// Gated MLPs and shared keys have matrices side by side; matrices of more than 65,536 numbers go through OpenBLAS.
    @Test(arguments: [(12, 4, 2, 40), (16, 2, 1, 5), (264, 4, 4, 300)], KernelPath.allCases)
    func matricesMoveAsInTheReference(_ shape: (width: Int, heads: Int, keys: Int, mlp: Int), _ path: KernelPath) {
        guard path.isAvailable else { return }
        for activation in [ModelConfig.Activation.gelu, .swiGLU] {
            let config = ModelConfig(
                width: shape.width, layers: 1, heads: shape.heads, contextLength: 4, vocabularySize: 7,
                mlpWidth: shape.mlp, keyValueHeads: shape.keys, activation: activation)
            let settings = OptimizerConfig(
                type: .muon, learningRate: 1, momentum: 0.8, weightDecay: 0.5, gradientClipping: 0)
            let model = GPT(config, batchSequences: 1, kernels: path)
            model.initialize(seed: 1)
            var before = config.referenceTensors.map { tensor in
                let place = model.layout.tensor(tensor.name)!.offset
                return (0..<tensor.count).map { Double(model.parameters[place + $0]) }
            }
            let optimizer = makeOptimizer(settings, model.layout, kernels: path)
            var momenta = config.referenceTensors.map { [Double](repeating: 0, count: $0.count) }
            for step in 0..<2 {
                for (index, tensor) in config.referenceTensors.enumerated() {
                    let gradient = numbers(tensor.count, stream: UInt64(100 * step + index)).map { Double(Float($0)) }
                    let place = model.layout.tensor(tensor.name)!.offset
                    for i in gradient.indices { model.gradients[place + i] = Float(gradient[i]) }
                    momenta[index] = zip(momenta[index], gradient).map { 0.8 * $0 + $1 }
                    guard tensor.group == .matrices else { continue }
                    let direction = zip(gradient, momenta[index]).map { $0 + 0.8 * $1 }
                    let moved = ReferenceMuon.step(direction, parts: config.referenceParts(tensor))
                    before[index] = zip(before[index], moved).map { 0.95 * $0 - 0.1 * $1 }
                }
                _ = optimizer.update(parameters: model.parameters, gradients: model.gradients, learningRate: 0.1)
            }
            for (index, tensor) in config.referenceTensors.enumerated() where tensor.group == .matrices {
                let place = model.layout.tensor(tensor.name)!.offset
                let actual = (0..<tensor.count).map { Double(model.parameters[place + $0]) }
                let worst = worstDifference(actual, before[index])
                #expect(worst < 2e-6, "\(tensor.name), \(activation) on \(path)")
            }
        }
    }

    /// The factor is chosen so that an update has the root mean square 0.2 of AdamW's, whatever the shape.
    @Test func updatesHaveTheSizeOfAdamW() {
        for (rows, columns) in [(8, 8), (8, 32), (32, 8)] {
            let step = ReferenceMuon.step(numbers(rows * columns, stream: 1), parts: [columns])
            let square = step.map { $0 * $0 }.reduce(0, +) / Double(step.count)
            #expect(square.squareRoot() > 0.14 && square.squareRoot() < 0.26)
        }
    }

    @Test func memoryCountsTheMatricesOfEachWorker() {
        let config = ModelConfig(
            width: 16, layers: 2, heads: 2, contextLength: 4, vocabularySize: 7, mlpWidth: 64)
        let layout = GPTParameters(config)
        let one = OptimizerConfig.Kind.muon.stateBytes(layout)
        // The largest matrices have 16 by 64 numbers: two of these, and two squares of side 16.
        #expect(one == 8 * layout.paddedCount + 4 * (2 * 1024 + 2 * 256))
        #expect(OptimizerConfig.Kind.muon.stateBytes(layout, workers: 3) == one + 8 * (2 * 1024 + 2 * 256))
    }
}
