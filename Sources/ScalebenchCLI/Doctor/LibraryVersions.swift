// The libraries of this program, for `--version` and `doctor`.

import RunStore
import ScalebenchCore
import TokenData
import Transformer

enum LibraryVersions {
    /// Name and version of each library, in the order of importance to a result.
    static var all: [(name: String, version: String)] {
        [
            ("OpenBLAS", openBLAS), ("zstd", CompressionLibraries.zstd), ("zlib", CompressionLibraries.zlib),
            ("SQLite", SQLiteLibrary.version), ("Swift", swift),
        ]
    }

    /// The text of `--version`; its first line is the tool's own version alone.
    static var text: String {
        ([ScalebenchVersion.current] + all.map { "\($0.name) \($0.version)" }).joined(separator: "\n")
    }

    /// `OpenBLAS 0.3.21 NO_LAPACKE … core Zen` is how the library names itself.
    private static var openBLAS: String {
        let words = BLAS.description.split(separator: " ")
        let version = words.first { $0.first?.isNumber == true }.map(String.init) ?? "?"
        return "\(version), core \(words.last.map(String.init) ?? "?")"
    }

    /// The compiler's version at build time: the language has no way to ask for its own at run time.
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
