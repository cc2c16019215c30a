import ScalebenchCore
import Testing

/// Known answers of Philox4x32-10 from the authors' Random123 distribution (kat_vectors).
@Test(arguments: [
    (
        SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
        SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
        SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max),
        SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
        SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
])
func philoxMatchesPublishedVectors(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == expected)
}

@Test func philoxJumpsToAnyPosition() {
    var sequential = Philox(seed: 7, stream: 3)
    let numbers = (0..<23).map { _ in sequential.next32() }
    for start in 0..<20 {
        var jumped = Philox(seed: 7, stream: 3)
        jumped.jump(to: UInt64(start))
        #expect(jumped.next32() == numbers[start])
    }
}
