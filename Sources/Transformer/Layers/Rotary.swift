// The angles of rotary positions (Su et al. 2021): channel j of a head's c turns by position · base^(−2j/c), j < c/2.

import CKernels
import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Cosine and sine of every position and pair of channels, [contextLength, headWidth/2] each.
final class RotaryTables: Sendable {
    private let cosines, sines: [Float]
    private let contextLength, channels: Int

    init(_ config: ModelConfig) {
        contextLength = config.contextLength
        channels = config.headWidth
        var cosines: [Float] = [], sines: [Float] = []
        for position in 0..<config.contextLength {
            for pair in 0..<config.headWidth / 2 {
                let angle = Double(position) * pow(config.rotaryBase, -2 * Double(pair) / Double(config.headWidth))
                cosines.append(Float(cos(angle)))
                sines.append(Float(sin(angle)))
            }
        }
        self.cosines = cosines
        self.sines = sines
    }

    /// Turns the first `heads` heads of every row of `x` in place, rows `stride` apart; whole sequences.
    func rotate(
        _ arithmetic: Arithmetic, _ x: Floats, backward: Bool, sequences: Int, heads: Int, stride: Int
    ) {
        for sequence in 0..<sequences {
            arithmetic.kernels.rotate(
                x + sequence * contextLength * stride, cosines, sines, backward ? 1 : 0, contextLength, heads, channels,
                stride)
        }
    }
}
