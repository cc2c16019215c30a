// Counter-based random numbers: the i-th number of a stream is a function of (seed, stream, i) alone, so initial
// weights, data order and generated tokens do not depend on what was drawn before or on how many workers draw.
// Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011 (Philox4x32-10).

/// One random stream. Equal (seed, stream) give equal numbers on every machine.
package struct Philox: RandomNumberGenerator, Sendable {
    private let key: SIMD2<UInt32>
    private let stream: UInt64
    private var counter: UInt64 = 0
    private var buffer = SIMD4<UInt32>()
    private var unused = 0

    /// - Parameter stream: what the numbers are for; different purposes take different streams of one seed.
    package init(seed: UInt64, stream: UInt64 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = stream
    }

    /// Continues as if `count` 32-bit numbers had been drawn from the start.
    package mutating func jump(to count: UInt64) {
        counter = count / 4
        unused = 0
        for _ in 0..<(count % 4) { _ = next32() }
    }

    package mutating func next32() -> UInt32 {
        if unused == 0 {
            let block = SIMD4(
                UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
                UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
            buffer = Self.block(counter: block, key: key)
            counter += 1
            unused = 4
        }
        defer { unused -= 1 }
        return buffer[4 - unused]
    }

    package mutating func next() -> UInt64 {
        let low = UInt64(next32())
        return UInt64(next32()) << 32 | low
    }

    /// Uniform in (0, 1): never exactly 0 or 1.
    package mutating func uniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }

    /// The ten-round bijection on 128 bits.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var block = counter
        var key = key
        for _ in 0..<10 {
            let first = UInt64(block[0]) * 0xD251_1F53
            let second = UInt64(block[2]) * 0xCD9E_8D57
            block = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ block[1] ^ key[0], UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ block[3] ^ key[1], UInt32(truncatingIfNeeded: first))
            key = SIMD2(key[0] &+ 0x9E37_79B9, key[1] &+ 0xBB67_AE85)
        }
        return block
    }
}
