// What one thread needs to train on chunks of sequences: a workspace, the chunk's tokens, and gradients of its own.

import CKernels
import ScalebenchCore

final class GPTWorker {
    private let layers: GPTLayers
    private let arithmetic: Arithmetic
    private let workMemory: AlignedFloats
    private let work: Workspace
    private let inputs, targets: UnsafeMutablePointer<UInt32>
    /// Sequences of the largest chunk.
    private let capacity: Int
    /// This worker's gradients; nil where all gradients go straight to the model's.
    private let ownGradients: AlignedFloats?

    init(_ layers: GPTLayers, capacity: Int, ownGradients: Int?, arithmetic: Arithmetic) {
        self.layers = layers
        self.capacity = capacity
        self.arithmetic = arithmetic
        workMemory = AlignedFloats(count: Self.workspaceFloats(layers, sequences: capacity))
        var arena = Arena(workMemory)
        work = Workspace(
            layers.config, sequences: capacity, attention: layers.attention, head: layers.head, &arena)
        inputs = .allocate(capacity: capacity * layers.config.contextLength)
        targets = .allocate(capacity: capacity * layers.config.contextLength)
        self.ownGradients = ownGradients.map { AlignedFloats(count: $0) }
    }

    deinit {
        inputs.deallocate()
        targets.deallocate()
    }

    /// Measures where the time goes; nil except in a benchmark.
    var clock: PartClock? { arithmetic.clock }

    static func workspaceFloats(_ layers: GPTLayers, sequences: Int) -> Int {
        var arena = Arena.counting
        _ = Workspace(layers.config, sequences: sequences, attention: layers.attention, head: layers.head, &arena)
        return arena.used
    }

    /// Sum of the losses of sequences `range`. Their gradients, times gradientScale, are added to `gradients`, chunk
    /// after chunk.
    func train(
        _ tokens: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ masks: DropoutDraw, _ parameters: Floats,
        into gradients: Floats, gradientScale: Float
    ) -> Double {
        let control = flushDenormals()
        defer { restoreFloatControl(control) }
        clock?.begin()
        var total = 0.0
        for first in stride(from: range.lowerBound, to: range.upperBound, by: capacity) {
            let chunk = chunk(tokens, first..<min(first + capacity, range.upperBound), masks)
            layers.train(arithmetic, parameters, into: gradients, chunk: chunk, gradientScale: gradientScale)
            for row in 0..<chunk.rows { total += Double(work.losses[row]) }
        }
        return total
    }

    /// Like `train`, but with gradients of this worker's own, which begin at zero; `addGradients` may then add them to
    /// others.
    func trainAlone(
        _ tokens: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ masks: DropoutDraw, _ parameters: Floats,
        gradientScale: Float
    ) -> Double {
        ownGradients!.buffer.update(repeating: 0)
        return train(tokens, range, masks, parameters, into: ownGradients!.base, gradientScale: gradientScale)
    }

    /// Adds this worker's own gradients to `gradients`.
    func addGradients(to gradients: Floats) {
        clock?.begin()
        arithmetic.kernels.addScaled(gradients, gradients, ownGradients!.base, 1, ownGradients!.buffer.count)
        arithmetic.lap(.update)
    }

    /// Losses of every position of the sequences `range`, at most `capacity` of them, to `losses`.
    func evaluate(
        _ tokens: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ parameters: Floats, losses: Floats
    ) {
        let control = flushDenormals()
        defer { restoreFloatControl(control) }
        let chunk = chunk(tokens, range)
        layers.evaluate(arithmetic, parameters, chunk)
        losses.update(from: work.losses, count: chunk.rows)
    }

    /// Splits the tokens of some sequences into inputs and targets. Nothing is dropped without `masks`.
    private func chunk(
        _ tokens: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ masks: DropoutDraw? = nil
    ) -> Chunk {
        let context = layers.config.contextLength
        for (index, sequence) in range.enumerated() {
            let from = sequence * (context + 1)
            for position in 0..<context {
                inputs[index * context + position] = checked(tokens[from + position])
                targets[index * context + position] = checked(tokens[from + position + 1])
            }
        }
        let rate = layers.config.dropout
        let dropout = masks.flatMap { rate > 0 ? Dropout(rate, $0, firstRow: range.lowerBound * context) : nil }
        return Chunk(
            work: work, inputs: inputs, targets: targets, sequences: range.count, rows: range.count * context,
            dropout: dropout)
    }

    private func checked(_ token: UInt32) -> UInt32 {
        precondition(Int(token) < layers.config.vocabularySize, "token outside the vocabulary")
        return token
    }
}
