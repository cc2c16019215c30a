// The tokens of a data set as plain files, for programs that do not read our shards: one file per split, little-endian,
// no header, as nanoGPT has them. They are made in the cache on first use and shared by every run on the same tokens.

import Foundation
package import ScalebenchCore

extension DatasetLocator {
    /// The plain files of `dataset`, which appear whole or not at all. Throws `invalidInput` for a mixture.
    package func plainTokens(of dataset: TokenDataset) throws -> RunJob.TokenFiles {
        guard dataset.parts.count == 1 else {
            throw ScalebenchError(
                .invalidInput, "\"\(dataset.name)\" is a mixture, which has no tokens of its own", at: dataset.folder,
                hint: "train programs of your own on one of: \(dataset.parts.map(\.name).joined(separator: ", "))")
        }
        let folder = buildFolder("tokens-\(dataset.contentHash.prefix(16))")
        let splits = [("train.bin", dataset.train), ("validation.bin", dataset.validation)]
        let type = dataset.manifest.type
        let isThere = splits.allSatisfy { name, split in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            return attributes?[.size] as? Int == split.tokens * type.bytes
        }
        if !isThere { try write(splits, to: folder) }
        return RunJob.TokenFiles(
            train: "\(folder)/\(splits[0].0)", validation: "\(folder)/\(splits[1].0)", type: type.rawValue)
    }

    private func write(_ splits: [(String, TokenSplit)], to folder: String) throws {
        let temporary = "\(folder).tmp-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.removeItem(atPath: temporary)
        try AtomicFile.makeFolder(temporary)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        for (name, split) in splits {
            try DatasetExport.write(split, .raw, to: "\(temporary)/\(name)")
        }
        // Files of a wrong size are removed first. Another process may publish the same folder before this one.
        try? FileManager.default.removeItem(atPath: folder)
        guard rename(temporary, folder) == 0 || errno == EEXIST || errno == ENOTEMPTY else {
            throw OutputFile.failure(folder, errno)
        }
    }
}
