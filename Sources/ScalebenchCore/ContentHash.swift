// Names for content: equal content has the same name on every machine.

import Crypto
package import Foundation

/// SHA-256 over bytes or over the canonical text of a JSON value.
package enum ContentHash {
    /// 64 lower-case hexadecimal digits.
    package static func sha256(_ bytes: some DataProtocol) -> String {
        hex(SHA256.hash(data: bytes))
    }

    /// The hash of `value.canonicalText` in UTF-8: spelling, key order and `3` against `3.0` do not matter.
    package static func sha256(_ value: JSONValue) -> String {
        sha256(Data(value.canonicalText.utf8))
    }

    /// The hash of a file's bytes.
    package static func sha256(file path: String) throws -> String {
        let handle = try InputFile.open(path)
        defer { try? handle.close() }
        var hash = IncrementalHash()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { hash.update($0) }
        }
        return hash.finalize()
    }

    fileprivate static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}

/// SHA-256 of bytes that arrive in pieces (a shard larger than memory).
package struct IncrementalHash {
    private var state = SHA256()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        state.update(bufferPointer: bytes)
    }

    /// 64 lower-case hexadecimal digits of everything passed so far.
    package func finalize() -> String {
        ContentHash.hex(state.finalize())
    }
}
