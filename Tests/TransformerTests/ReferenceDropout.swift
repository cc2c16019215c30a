// The masks of dropout, number by number: what is said of them in CKernels.h, written a second time.

import ScalebenchCore

struct ReferenceDropout {
    let rate: Double
    let seed: UInt64
    let step: Int

    /// The factors of a sequence's numbers [contextLength, width] at a place in the model: the embeddings' sum is place
    /// 0, attention and MLP of layer l are places 2 l + 1 and 2 l + 2.
    func factors(place: Int, sequence: Int, contextLength: Int, width: Int) -> [Double] {
        let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        return (0..<contextLength).flatMap { position in
            (0..<width).map { channel in
                let counter = SIMD4(
                    UInt32(channel / 32 * 8 + channel % 8), UInt32(sequence * contextLength + position), UInt32(step),
                    0xD000_0000 + UInt32(place))
                let number = Double(Philox.block(counter: counter, key: key)[channel % 32 / 8]) / 0x1p32
                return number < rate ? 0 : 1 / (1 - rate)
            }
        }
    }
}
