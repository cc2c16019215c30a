// Initial weights: one Philox stream per tensor, so its numbers depend on the seed, its place and its shape only.

import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension GPT {
    /// The weights before the first step, as `ModelConfig.Initialization` describes them.
    package func initialize(seed: UInt64) {
        parameters.update(repeating: 0)
        for (index, tensor) in layout.tensors.enumerated() {
            let values = parameters.baseAddress! + tensor.offset
            if tensor.shape.count == 2 {
                var random = Philox(seed: seed, stream: Self.initializationStreams + UInt64(index))
                fillNormal(values, count: tensor.count, deviation: deviation(of: tensor), &random)
            } else if tensor.name.hasSuffix(".weight") {
                values.update(repeating: 1, count: tensor.count)
            }
        }
    }

    private func deviation(of tensor: GPTParameters.Tensor) -> Double {
        guard tensor.group == .matrices else { return 0.02 }
        let writesToResidual = tensor.name.hasSuffix("c_proj.weight")
        let residual = writesToResidual ? 1 / Double(2 * config.layers).squareRoot() : 1
        let fanIn = 1 / Double(tensor.shape[0]).squareRoot()
        return switch config.initialization {
        case .gpt2: 0.02 * residual
        case .fanIn: fanIn * residual
        case .zeroResidual: writesToResidual ? 0 : fanIn
        }
    }

    /// Streams of a seed from here on belong to initial weights ("INIT" in the upper half).
    private static let initializationStreams: UInt64 = 0x494E_4954 << 32

    /// Box & Muller 1958: two normals from two uniforms.
    private func fillNormal(_ values: Floats, count: Int, deviation: Double, _ random: inout Philox) {
        for first in stride(from: 0, to: count, by: 2) {
            let radius = deviation * (-2 * log(random.uniform())).squareRoot()
            let angle = 2 * Double.pi * random.uniform()
            values[first] = Float(radius * cos(angle))
            if first + 1 < count { values[first + 1] = Float(radius * sin(angle)) }
        }
    }
}
