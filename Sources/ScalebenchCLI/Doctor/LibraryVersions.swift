// What this program is made of, for `--version` and `doctor`.

import ScalebenchCore
import TokenData
import Transformer

enum LibraryVersions {
    /// Name and version of each library, in the order of importance to a result.
    static var all: [(name: String, version: String)] {
        [
            ("OpenBLAS", openBLAS), ("zstd", CompressionLibraries.zstd), ("zlib", CompressionLibraries.zlib),
            ("Swift", swift),
        ]
    }

    /// For `--version`: the tool's own version alone on the first line.
    static var text: String {
        ([ScalebenchVersion.current] + all.map { "\($0.name) \($0.version)" }).joined(separator: "\n")
    }

    /// `OpenBLAS 0.3.21 NO_LAPACKE … core Zen` is how the library names itself.
    private static var openBLAS: String {
        let words = BLAS.description.split(separator: " ")
        let version = words.first { $0.first?.isNumber == true }.map(String.init) ?? "?"
        return "\(version), core \(words.last.map(String.init) ?? "?")"
    }

    /// Of the compiler: the language has no way to ask for it at run time.
    private static var swift: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
