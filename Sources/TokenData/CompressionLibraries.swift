// Versions of the compression libraries that this process runs with.

import CZlib
import CZstd

package enum CompressionLibraries {
    /// The version of zstd, such as `1.5.4`.
    package static var zstd: String { String(cString: ZSTD_versionString()) }

    /// The version of zlib, such as `1.2.13`.
    package static var zlib: String { String(cString: zlibVersion()) }
}
