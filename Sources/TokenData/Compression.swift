// Whole files compressed at once. Shards have their own writer, which compresses piece by piece.

import CZstd
package import Foundation

/// Compresses small files; `ByteSource` reads them.
package enum Compression {
    /// One zstd frame with a checksum, compressed as well as zstd can.
    package static func zstd(_ data: Data) -> Data {
        guard let context = ZSTD_createCCtx() else { fatalError("zstd: out of memory") }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 19)
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(data.count))
        let size = data.withUnsafeBytes { input in
            output.withUnsafeMutableBytes {
                ZSTD_compress2(context, $0.baseAddress, $0.count, input.baseAddress, input.count)
            }
        }
        precondition(ZSTD_isError(size) == 0, "zstd: \(String(cString: ZSTD_getErrorName(size)))")
        return Data(output[..<size])
    }
}
