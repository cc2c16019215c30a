// Several data sets read as one, in fixed proportions.
//
// With weights w that sum to W, sequence n of a run comes from the part that a fixed pattern of length W names at n mod
// W. It is the next unread sequence of that part, so it is a function of n alone. Within the pattern every part is
// spread as evenly as whole numbers allow (each place goes to the part that is furthest behind its share).

import Foundation
import ScalebenchCore

/// Sequence number → part and number within the part.
struct MixturePattern: Sendable {
    private let weights: [Int]
    private let places: [(part: Int, earlier: Int)]

    init(weights: [Int]) {
        self.weights = weights
        let total = weights.reduce(0, +)
        var taken = [Int](repeating: 0, count: weights.count)
        places = (0..<total).map { place in
            let part = weights.indices.max {
                (place + 1) * weights[$0] - total * taken[$0] < (place + 1) * weights[$1] - total * taken[$1]
            }!
            taken[part] += 1
            return (part, taken[part] - 1)
        }
    }

    func place(of number: Int) -> (part: Int, index: Int) {
        let (round, rest) = number.quotientAndRemainder(dividingBy: places.count)
        return (places[rest].part, round * weights[places[rest].part] + places[rest].earlier)
    }

    /// How many of the first `count` sequences come from each part.
    func counts(_ count: Int) -> [Int] {
        let (rounds, rest) = count.quotientAndRemainder(dividingBy: places.count)
        return weights.indices.map { part in rounds * weights[part] + places[..<rest].count { $0.part == part } }
    }
}

/// The parts of a mixture, found beside its folder.
package struct Mixture: Sendable {
    struct Part: Sendable {
        var folder: String
        var weight: Int
        var manifest: DatasetManifest
    }

    let parts: [Part]

    /// Reads the manifests of the parts. Throws for parts that are missing, that have no tokens of their own, or whose
    /// vocabulary or tokenizer is not that of the mixture.
    init(of manifest: DatasetManifest, folder: String) throws {
        let parent = URL(fileURLWithPath: folder).standardizedFileURL.deletingLastPathComponent().path
        parts = try manifest.mixture.enumerated().map { index, part in
            let place = "\(folder)/\(DatasetManifest.fileName):mixture[\(index)].dataset"
            let partFolder = "\(parent)/\(part.dataset)"
            guard FileManager.default.fileExists(atPath: "\(partFolder)/\(DatasetManifest.fileName)") else {
                throw ScalebenchError(
                    .notFound, "there is no data set \"\(part.dataset)\" beside the mixture", at: place,
                    hint: "put it into \(parent)")
            }
            let own = try DatasetManifest.open(folder: partFolder)
            guard own.train != nil else {
                throw ScalebenchError(
                    .invalidInput, "\"\(part.dataset)\" has no tokens of its own", at: place,
                    hint: "mix data sets that were built or imported")
            }
            guard own.vocabularySize == manifest.vocabularySize, own.tokenizer == manifest.tokenizer,
                own.tokenizerSHA256 == manifest.tokenizerSHA256
            else {
                throw ScalebenchError(
                    .invalidInput,
                    "\"\(part.dataset)\" has \(own.vocabularySize) tokens of \(own.tokenizer), the mixture "
                        + "\(manifest.vocabularySize) of \(manifest.tokenizer)", at: place,
                    hint: "one model reads them all: mix data sets of one tokenizer")
            }
            return Part(folder: partFolder, weight: part.weight, manifest: own)
        }
    }

    /// Writes a mixture of data sets that lie beside `folder`, which must not exist. Throws where they do not fit
    /// together; nothing is left behind then.
    package static func write(
        name: String, parts: [DatasetManifest.MixturePart], folder: String
    ) throws -> DatasetManifest {
        try DatasetManifest.checkName(name, at: nil)
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw ScalebenchError(
                .invalidInput, "the data set exists already", at: folder,
                hint: "take another name, or remove the folder")
        }
        let parent = (folder as NSString).deletingLastPathComponent
        let first = try DatasetManifest.open(folder: "\(parent)/\(parts[0].dataset)")
        var manifest = DatasetManifest(
            name: name, summary: parts.map { "\($0.weight) of \($0.dataset)" }.joined(separator: ", "),
            vocabularySize: first.vocabularySize, tokenizer: first.tokenizer, license: "", source: "mixture")
        manifest.tokenizerSHA256 = first.tokenizerSHA256
        manifest.mixture = parts
        _ = try Mixture(of: manifest, folder: folder)
        try AtomicFile.makeFolder(folder)
        try AtomicFile.write(try manifest.encoded(), to: "\(folder)/\(DatasetManifest.fileName)")
        return manifest
    }

    var contentHash: String {
        ContentHash.sha256(
            .object([
                "mixture": .array(
                    parts.map { .array([.integer($0.weight), .string($0.manifest.contentHash)]) })
            ]))
    }
}
