// Memory for floats: aligned to cache lines, zeroed once, never resized.

#if canImport(Glibc)
    import Glibc
#endif

typealias Floats = UnsafeMutablePointer<Float>

/// Owns one block of floats, aligned to 64 bytes and zero at first. A large block asks the kernel for huge pages, without
/// which a step of a wide model waits for page tables.
final class AlignedFloats {
    let buffer: UnsafeMutableBufferPointer<Float>

    private static let hugePage = 2 << 20

    init(count: Int) {
        let bytes = max(count, 1) * 4
        let raw = bytes < Self.hugePage ? .allocate(byteCount: bytes, alignment: 64) : Self.hugePages(bytes)
        let floats = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        floats.initialize(repeating: 0, count: max(count, 1))
        buffer = UnsafeMutableBufferPointer(start: floats, count: count)
    }

    private static func hugePages(_ bytes: Int) -> UnsafeMutableRawPointer {
        let whole = (bytes + hugePage - 1) / hugePage * hugePage
        let raw = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: hugePage)
        #if os(Linux)
            // A kernel without them answers with an error, and the block has ordinary pages.
            madvise(raw, whole, MADV_HUGEPAGE)
        #endif
        return raw
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
