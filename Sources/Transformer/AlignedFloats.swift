// Memory for floats: aligned to cache lines, zeroed once, never resized.

typealias Floats = UnsafeMutablePointer<Float>

/// Owns one block of floats, aligned to 64 bytes and zero at first.
final class AlignedFloats {
    let buffer: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        let floats = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        floats.initialize(repeating: 0, count: max(count, 1))
        buffer = UnsafeMutableBufferPointer(start: floats, count: count)
    }

    var base: Floats { buffer.baseAddress! }

    deinit { UnsafeMutableRawPointer(buffer.baseAddress!).deallocate() }

    /// The next multiple of 16 floats, one cache line.
    static func padded(_ count: Int) -> Int { (count + 15) & ~15 }
}

/// Hands out aligned pieces of one block, in order. The same description of a workspace serves to count it
/// (`Arena.counting`) and to lay it out.
struct Arena {
    private let base: Floats
    private(set) var used = 0

    init(_ block: AlignedFloats) { base = block.base }

    private init(countingFrom base: Floats) { self.base = base }

    /// An arena whose pieces must not be touched: only `used` has a meaning.
    static var counting: Arena { Arena(countingFrom: Floats(bitPattern: 64)!) }

    mutating func take(_ count: Int) -> Floats {
        defer { used += AlignedFloats.padded(count) }
        return base + used
    }
}
