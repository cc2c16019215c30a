// A data set → the token files of other programs.

import Foundation
import ScalebenchCore

/// Writes one split as one file.
package enum DatasetExport {
    package enum Layout: String, CaseIterable, Sendable {
        /// No header: what nanoGPT reads.
        case raw
        /// The header of llm.c and modded-nanogpt before it.
        case llmc = "llm.c"
    }

    /// Writes the tokens of `split` to `path`, which must not exist and appears whole or not at all. `progress` gets
    /// the number of tokens written. Throws `invalidInput` where the layout cannot hold them.
    package static func write(
        _ split: TokenSplit, _ layout: Layout, to path: String, progress: (Int) throws -> Void = { _ in }
    ) throws {
        let header = try header(split, layout, path)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ScalebenchError(
                .invalidInput, "the file exists already", at: path, hint: "remove it, or choose another folder")
        }
        let temporary = "\(path).tmp-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            let file = try OutputFile(temporary, shownAs: path)
            try file.write(header)
            try split.walk(progress: progress) { frame in
                try frame.bytes.withUnsafeBytes { try file.write($0) }
            }
            try file.finish()
            try AtomicFile.move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func header(_ split: TokenSplit, _ layout: Layout, _ path: String) throws -> Data {
        guard layout == .llmc else { return Data() }
        let known = TokenLayout.llmcMagics.first { $0.element.rawValue == split.type.rawValue }!
        guard split.tokens <= Int32.max else {
            throw ScalebenchError(
                .invalidInput, "\(split.tokens) tokens are more than a file of llm.c can hold", at: path,
                hint: "export with --layout raw")
        }
        var header = Data()
        for word in [known.magic, known.version, UInt32(split.tokens)] { header.append(littleEndian: word) }
        header.append(Data(count: TokenLayout.llmcHeaderBytes - header.count))
        return header
    }
}
