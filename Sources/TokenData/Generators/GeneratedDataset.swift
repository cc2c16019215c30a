// A generator's tokens → shards on disk.

import Foundation
import ScalebenchCore

/// Writes the data set that a manifest's generator describes.
package enum GeneratedDataset {
    /// Generates into `folder`, which appears whole or not at all. `progress` gets the share done, from 0 to 1.
    package static func write(
        _ manifest: DatasetManifest, to folder: String, progress: (Double) throws -> Void
    ) throws {
        switch manifest.generator {
        case .wordLanguage(let spec): try write(spec, manifest, to: folder, progress: progress)
        case nil: preconditionFailure("the manifest has no generator")
        }
    }

    private static func write(
        _ spec: WordLanguage.Spec, _ manifest: DatasetManifest, to folder: String, progress: (Double) throws -> Void
    ) throws {
        let language = WordLanguage(spec)
        let writer = try DatasetWriter(folder: folder, type: manifest.type)
        let documents = spec.trainDocuments + spec.validationDocuments
        var total = 0.0
        var targets = 0
        for split in DatasetWriter.SplitName.allCases {
            let count = split == .train ? spec.trainDocuments : spec.validationDocuments
            let before = split == .train ? 0 : spec.trainDocuments
            for first in stride(from: 0, to: count, by: 1024) {
                let chunk = min(1024, count - first)
                var tokens = [UInt32](repeating: 0, count: chunk * spec.documentTokens)
                tokens.withUnsafeMutableBufferPointer { buffer in
                    for document in 0..<chunk {
                        let range = document * spec.documentTokens..<(document + 1) * spec.documentTokens
                        language.sample(
                            split, document: first + document,
                            into: UnsafeMutableBufferPointer(rebasing: buffer[range]))
                    }
                }
                try writer.append(tokens, to: split)
                if split == .validation {
                    for document in 0..<chunk {
                        let range = document * spec.documentTokens..<(document + 1) * spec.documentTokens
                        let nats = language.surprisal(of: Array(tokens[range]))
                        // The first token of the split is not the target of any window.
                        total += nats.dropFirst(first + document == 0 ? 1 : 0).reduce(0, +)
                        targets += nats.count - (first + document == 0 ? 1 : 0)
                        try writer.appendSurprisal(nats.map { Float($0) })
                    }
                }
                try progress(Double(before + first + chunk) / Double(documents))
            }
        }
        var manifest = manifest
        manifest.documentTokens = spec.documentTokens
        manifest.entropyNatsPerToken = total / Double(targets)
        _ = try writer.publish(manifest)
    }
}
