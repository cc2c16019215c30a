// Folders and small data sets for the tests of this module.

import Foundation
import ScalebenchCore
import TokenData

/// A folder that lives as long as the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "scalebench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The error that `body` throws, or nil.
func error(of body: () throws -> Void) -> ScalebenchError? {
    do {
        try body()
        return nil
    } catch { return error as? ScalebenchError }
}

/// A data set of the given tokens in `folder`/`name`; returns its folder.
func writeDataset(
    in folder: TemporaryFolder, name: String = "small", train: [UInt32], validation: [UInt32] = [1, 2, 3],
    vocabularySize: Int = 65_536, shardTokens: Int = DatasetWriter.shardTokens
) throws -> String {
    let path = "\(folder.path)/\(name)"
    let type = TokenType.narrowest(vocabularySize: vocabularySize)
    let writer = try DatasetWriter(folder: path, type: type, shardTokens: shardTokens)
    try writer.append(train, to: .train)
    try writer.append(validation, to: .validation)
    _ = try writer.publish(
        DatasetManifest(
            name: name, summary: "", vocabularySize: vocabularySize, tokenizer: "none", license: "", source: ""))
    return path
}

/// A generator small enough to enumerate, with every kind of source.
let tinySpec = """
    { "type": "wordLanguage", "seed": 7, "documentTokens": 5, "trainDocuments": 4000, "validationDocuments": 500,
      "words": { "count": 5, "zipfOffset": 1 },
      "spelling": { "inner": 2, "endings": 2, "classes": 2, "choices": 4, "longest": 4 },
      "topics": { "count": 2, "rarity": 2, "boost": 5 },
      "sources": [
        { "type": "topic", "weight": 3 },
        { "type": "successor", "weight": 2, "successors": 2, "context": [{ "distance": 1 }] },
        { "type": "successor", "weight": 2, "successors": 2,
          "context": [{ "distance": 2, "classes": 2 }, { "distance": 1, "classes": 3 }] },
        { "type": "recency", "weight": 2, "offset": 1 },
        { "type": "induction", "weight": 2 }] }
    """

func wordSpec(_ json: String) throws -> WordLanguage.Spec {
    guard case .wordLanguage(let spec) = try GeneratorSpec(ConfigReader.parse(Data(json.utf8), file: "spec.json"))
    else { fatalError("another generator") }
    return spec
}

/// The repository's `datasets/` folder.
let datasetsFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("datasets").path

/// The generator of the default corpus.
func defaultSpec() throws -> WordLanguage.Spec {
    guard case .wordLanguage(let spec) = try DatasetManifest.open(folder: "\(datasetsFolder)/known-entropy").generator
    else { fatalError("another generator") }
    return spec
}

/// The documents `range` of a split.
func documents(
    _ language: WordLanguage, _ range: Range<Int>, split: DatasetWriter.SplitName = .train
) -> [[UInt32]] {
    range.map { index in
        var tokens = [UInt32](repeating: 0, count: language.spec.documentTokens)
        tokens.withUnsafeMutableBufferPointer { language.sample(split, document: index, into: $0) }
        return tokens
    }
}

/// Small files that other programs would write; made by Golden/make_token_files.py.
let goldenFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden").path

/// All tokens that a file holds, as `data import` reads them.
func tokens(
    _ builder: DatasetBuilder, _ path: String, as format: DatasetBuilder.Format = .tokens
) throws -> [UInt32] {
    let reader = try builder.open(path, format).reader
    var tokens: [UInt32] = []
    while let document = try reader.next() { tokens += document.tokens }
    return tokens
}
