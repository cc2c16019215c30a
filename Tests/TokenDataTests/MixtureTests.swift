import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct MixtureTests {
    private static let border: UInt32 = 200_000

    /// Two parts whose tokens tell where they came from.
    private func parts(_ folder: TemporaryFolder) throws {
        let low = (0..<UInt32(3 * 65_536)).map { $0 }, high = (0..<UInt32(65_536)).map { Self.border + $0 }
        _ = try writeDataset(in: folder, name: "low", train: low, validation: low, vocabularySize: 300_000)
        _ = try writeDataset(in: folder, name: "high", train: high, validation: high, vocabularySize: 300_000)
    }

    private func mix(_ folder: TemporaryFolder, _ weights: [(String, Int)], name: String = "mix") throws -> String {
        let path = "\(folder.path)/\(name)"
        _ = try Mixture.write(
            name: name, parts: weights.map { .init(dataset: $0.0, weight: $0.1) }, folder: path)
        return path
    }

    @Test func sequencesComeInProportion() throws {
        let folder = try TemporaryFolder()
        try parts(folder)
        let dataset = try TokenDataset.open(folder: mix(folder, [("low", 5), ("high", 2)]))
        let sampler = try BatchSampler(dataset, contextLength: 64, batchSequences: 7, seed: 1)
        var seen: [Set<[UInt32]>] = [[], []]
        var batch = [UInt32](repeating: 0, count: 7 * 65)
        for index in 0..<30 {
            try batch.withUnsafeMutableBufferPointer { try sampler.batch(index, into: $0) }
            let windows = (0..<7).map { Array(batch[($0 * 65)..<(($0 + 1) * 65)]) }
            for window in windows { seen[window[0] < Self.border ? 0 : 1].insert(window) }
            #expect(windows.count { $0[0] >= Self.border } == 2)
            #expect(
                windows.allSatisfy { window in window.allSatisfy { ($0 < Self.border) == (window[0] < Self.border) } })
        }
        #expect(seen[0].count == 150 && seen[1].count == 60, "no window comes twice")

        // Validation keeps the proportions too, and batches do not depend on what was read before.
        let validation = try dataset.validation(sequences: 14, contextLength: 64)
        #expect((0..<14).count { validation[$0 * 65] >= Self.border } == 4)
        let fresh = try BatchSampler(dataset, contextLength: 64, batchSequences: 7, seed: 1)
        var again = batch
        try again.withUnsafeMutableBufferPointer { try fresh.batch(29, into: $0) }
        #expect(again == batch)
    }

    @Test func identityFollowsPartsAndWeights() throws {
        let folder = try TemporaryFolder()
        try parts(folder)
        let one = try TokenDataset.open(folder: mix(folder, [("low", 1), ("high", 2)], name: "one")).contentHash
        let same = try TokenDataset.open(folder: mix(folder, [("low", 1), ("high", 2)], name: "same")).contentHash
        let other = try TokenDataset.open(folder: mix(folder, [("low", 2), ("high", 1)], name: "other")).contentHash
        #expect(one == same && one != other)
        let locator = DatasetLocator(roots: [folder.path], embedded: [:], cache: "\(folder.path)/cache")
        let description = try locator.describe("one")
        #expect(description.contentHash == one && description.parts.map(\.weight) == [1, 2])
        #expect(try locator.prepare("one").contentHash == one)
        // The smaller part has 1023 windows and gives two thirds of what is read.
        #expect(description.coverage(sequences: 3 * 1023, contextLength: 64)?.passes == 2)
        #expect(description.validationSequences(contextLength: 64) == 1023 * 3 / 2)
    }

    @Test func partsThatDoNotFit() throws {
        let folder = try TemporaryFolder()
        try parts(folder)
        _ = try writeDataset(in: folder, name: "wide", train: [1, 2, 3], vocabularySize: 300_001)
        let mixed = try mix(folder, [("low", 1), ("high", 2)])
        #expect(error { _ = try mix(folder, [("low", 1), ("wide", 1)], name: "a") }?.code == .invalidInput)
        #expect(error { _ = try mix(folder, [("low", 1), ("none", 1)], name: "b") }?.code == .notFound)
        #expect(error { _ = try mix(folder, [("mix", 1), ("low", 1)], name: "c") }?.code == .invalidInput)
        #expect(error { _ = try mix(folder, [("low", 1)]) }?.code == .invalidInput, "the folder is taken")
        #expect(error { _ = try mix(folder, [("low", 1), ("../low", 1)], name: "d") } != nil)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/a"))

        let manifest = URL(fileURLWithPath: "\(mixed)/dataset.json")
        let text = try String(contentsOf: manifest, encoding: .utf8)
        for bad in ["../low", "/etc", "low/../high"] {
            try text.replacing("\"low\"", with: "\"\(bad)\"").write(to: manifest, atomically: true, encoding: .utf8)
            let found = error { _ = try TokenDataset.open(folder: mixed) }
            #expect(found?.code == .invalidInput && found?.location?.hasSuffix("mixture[0].dataset") == true, "\(bad)")
        }
    }
}
