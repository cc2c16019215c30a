import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct DatasetLocatorTests {
    private let manifest = Data("{ \"formatVersion\": 1, \"generator\": \(tinySpec) }".utf8)

    @Test func anEmbeddedManifestIsGeneratedOnFirstUse() throws {
        let folder = try TemporaryFolder()
        let locator = DatasetLocator(roots: [], embedded: ["tiny": manifest], cache: "\(folder.path)/deep/cache")
        let before = try locator.describe("tiny")
        #expect(!before.isReady && before.trainTokens == 20_000 && before.validationTokens == 2_500)
        #expect(before.vocabularySize == 4 && before.contextLength == 5)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/deep"))

        var shares: [Double] = []
        let dataset = try locator.prepare("tiny") { shares.append($0) }
        #expect(shares.last == 1 && shares == shares.sorted())
        try dataset.verify()
        #expect(dataset.contentHash == before.contentHash)
        #expect(dataset.name == "tiny" && dataset.trainTokens == before.trainTokens)
        #expect(dataset.validationTokens == before.validationTokens)

        let after = try locator.describe("tiny")
        #expect(after.isReady && after.contentHash == before.contentHash)
        shares = []
        _ = try locator.prepare("tiny") { shares.append($0) }
        #expect(shares.isEmpty)
        #expect(locator.survey().datasets.map(\.name) == ["tiny"])
    }

    @Test func generatedTokensAndTheirEntropy() throws {
        let folder = try TemporaryFolder()
        let dataset = try DatasetLocator(roots: [], embedded: ["tiny": manifest], cache: folder.path).prepare("tiny")
        let language = WordLanguage(try wordSpec(tinySpec))
        #expect(try dataset.train.read(0..<20_000) == documents(language, 0..<4000).flatMap { $0 })
        let validation = documents(language, 0..<500, split: .validation)
        let surprisal = validation.flatMap { language.surprisal(of: $0) }
        let mean = surprisal.dropFirst().reduce(0, +) / 2499
        #expect(abs(dataset.entropyNatsPerToken! - mean) < 1e-12)

        let entropies = try #require(try dataset.validationEntropy(sequences: 499))
        for sequence in [0, 1, 498] {
            let targets = surprisal[(sequence * 5 + 1)...(sequence * 5 + 5)]
            #expect(abs(entropies[sequence] - targets.reduce(0, +) / 5) < 1e-6)
        }
        #expect(abs(entropies.reduce(0, +) / 499 - mean) < 0.01)
        // The generator says the same without the files, to the last bit.
        let locator = DatasetLocator(roots: [], embedded: ["tiny": manifest], cache: "\(folder.path)/empty")
        #expect(try locator.validationEntropy("tiny", sequences: 499, contextLength: 5) == entropies)
        #expect(
            try locator.validationEntropy("tiny", sequences: 9, contextLength: 10)
                == dataset.validationEntropy(sequences: 9, contextLength: 10))
        #expect(try locator.validationEntropy("tiny", sequences: 500, contextLength: 5) == nil)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/empty"))
        // A window may hold two whole documents, but not a fraction of one.
        #expect(try dataset.validationEntropy(sequences: 10, contextLength: 10)?.count == 10)
        #expect(try dataset.validationEntropy(sequences: 10, contextLength: 4) == nil)
    }

    /// A perfect reader loses less the more it sees; one that sees everything loses the entropy.
    @Test func lossFallsWithContext() throws {
        let spec = try wordSpec(tinySpec)
        let language = WordLanguage(spec)
        let losses = GeneratorSpec.wordLanguage(spec).lossByContext([0, 2, 5], documents: 500)
        let nats = documents(language, 0..<500, split: .validation).flatMap { language.surprisal(of: $0) }
        #expect(abs(losses[2] - nats.reduce(0, +) / Double(nats.count)) < 1e-12)
        #expect(losses[0] > losses[1] + 0.005 && losses[1] > losses[2] + 0.005)
    }

    @Test func theHashFollowsTheGenerator() throws {
        let other = Data(String(decoding: manifest, as: UTF8.self).replacing("\"seed\": 7", with: "\"seed\": 8").utf8)
        let respelled = Data(
            String(decoding: manifest, as: UTF8.self)
                .replacing("[{ \"distance\": 1 }]", with: "[{ \"classes\": 5, \"distance\": 1 }]").utf8)
        #expect(respelled != manifest)
        let folder = try TemporaryFolder()
        let locator = DatasetLocator(
            roots: [], embedded: ["tiny": manifest, "other": other, "respelled": respelled], cache: folder.path)
        let hash = try locator.describe("tiny").contentHash
        #expect(try locator.describe("other").contentHash != hash)
        #expect(try locator.describe("respelled").contentHash == hash)
    }

    @Test func foldersComeBeforeTheEmbedded() throws {
        let folder = try TemporaryFolder()
        _ = try writeDataset(in: folder, name: "tiny", train: [1, 2, 3])
        let locator = DatasetLocator(
            roots: [folder.path], embedded: ["tiny": manifest], cache: "\(folder.path)/cache")
        #expect(try locator.prepare("tiny").trainTokens == 3)
        #expect(try locator.describe("\(folder.path)/tiny").trainTokens == 3)
    }

    @Test func anUnknownNameListsTheKnown() throws {
        let folder = try TemporaryFolder()
        _ = try writeDataset(in: folder, name: "shakespeare", train: [1, 2, 3])
        let locator = DatasetLocator(roots: [], embedded: ["tiny": manifest], cache: folder.path)
        let found = error { _ = try locator.describe("shakespere") }
        #expect(found?.code == .notFound)
        #expect(found?.hint?.contains("did you mean \"shakespeare\"?") == true)
        #expect(found?.hint?.contains("shakespeare, tiny") == true)
        #expect(try locator.describe("shakespeare").isReady)
    }

    /// Four tasks generate at once on one empty cache. All get the same data set, and nothing else is left behind.
    @Test func severalGenerateAtOnce() async throws {
        let folder = try TemporaryFolder()
        let locator = DatasetLocator(roots: [], embedded: ["tiny": manifest], cache: folder.path)
        let hashes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let dataset = try locator.prepare("tiny")
                    try dataset.verify()
                    return dataset.contentHash
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(hashes).count == 1 && hashes.count == 4)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test func theShippedDataSetsCanBeRead() throws {
        let folder = try TemporaryFolder()
        let locator = DatasetLocator(roots: [datasetsFolder], embedded: [:], cache: folder.path)
        let description = try locator.describe("known-entropy")
        #expect(description.contextLength == 64 && description.trainTokens >= 8_000_000)
        #expect(description.validationTokens > 2048 * 64)
    }

    @Test func withoutAHomeTheAccountsOwnIsUsed() {
        let cache = DatasetLocator.standardCache([:])
        #expect(cache == "\(NSHomeDirectory())/.cache/scalebench/datasets" && !cache.hasPrefix(NSTemporaryDirectory()))
        #expect(DatasetLocator.standardCache(["HOME": "/h"]) == "/h/.cache/scalebench/datasets")
    }
}
