// AdamW with decoupled decay (Loshchilov & Hutter 2019) after clipping by the global norm. Two passes over memory: one
// for the norm, one that clips and updates.

import CKernels
package import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

package final class AdamW {
    package let config: OptimizerConfig
    /// Running means of the gradient and of its square, laid out as the parameters.
    package let firstMoments, secondMoments: UnsafeMutableBufferPointer<Float>
    /// Updates made so far; decides the bias corrections.
    package var updates = 0

    private let layout: GPTParameters
    private let arithmetic: Arithmetic
    private let firstMemory, secondMemory: AlignedFloats

    package init(_ config: OptimizerConfig, _ layout: GPTParameters, kernels: KernelPath = .best) {
        self.config = config
        self.layout = layout
        arithmetic = Arithmetic(kernels)
        firstMemory = AlignedFloats(count: layout.paddedCount)
        secondMemory = AlignedFloats(count: layout.paddedCount)
        firstMoments = firstMemory.buffer
        secondMoments = secondMemory.buffer
    }

    /// Bytes of the two moments.
    package static func memoryBytes(_ layout: GPTParameters) -> Int { 8 * layout.paddedCount }

    /// Clips the gradients by their global norm and updates the parameters in place.
    ///
    /// The gradients themselves are left as they are. Clipping multiplies by clip/(norm + 1e-6) when that is below 1.
    /// - Returns: the gradient norm before clipping; not finite when a gradient is not, and then the parameters are
    ///   left alone.
    package func update(
        parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
        learningRate: Double
    ) -> Double {
        let control = flushDenormals()
        defer { restoreFloatControl(control) }
        let norm = arithmetic.kernels.sumOfSquares(gradients.baseAddress!, gradients.count).squareRoot()
        guard norm.isFinite else { return norm }
        updates += 1
        let clip = config.gradientClipping
        let gradientScale = clip > 0 ? min(1, clip / (norm + 1e-6)) : 1
        let firstCorrection = 1 - pow(config.beta1, Double(updates))
        let secondCorrection = 1 - pow(config.beta2, Double(updates))
        for tensor in layout.tensors {
            let at = tensor.offset
            arithmetic.kernels.adamW(
                parameters.baseAddress! + at, gradients.baseAddress! + at, firstMemory.base + at,
                secondMemory.base + at, Float(gradientScale), Float(config.beta1), Float(config.beta2),
                Float(learningRate / firstCorrection),
                Float(1 - learningRate * (tensor.decays ? config.weightDecay : 0)), Float(config.epsilon),
                Float(1 / secondCorrection.squareRoot()), tensor.paddedCount)
        }
        return norm
    }
}
