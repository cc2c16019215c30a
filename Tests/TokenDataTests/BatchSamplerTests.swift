import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct BatchSamplerTests {
    /// Token i is i, so that a window says where it came from.
    private func counting(_ count: Int, in folder: TemporaryFolder) throws -> TokenDataset {
        try TokenDataset.open(
            folder: writeDataset(in: folder, train: (0..<UInt32(count)).map { $0 }, vocabularySize: count))
    }

    private func batch(_ sampler: BatchSampler, _ index: Int, count: Int) throws -> [UInt32] {
        var tokens = [UInt32](repeating: 0, count: count)
        try tokens.withUnsafeMutableBufferPointer { try sampler.batch(index, into: $0) }
        return tokens
    }

    @Test func aPassVisitsEveryWindowOnce() throws {
        let folder = try TemporaryFolder()
        let count = 20 * 65_536 + 700  // more than one group, and a short last block
        let dataset = try counting(count, in: folder)
        let sampler = try BatchSampler(dataset, contextLength: 1000, batchSequences: 7, seed: 3)
        let windows = 20 * 65
        var starts: [UInt32] = []
        for index in 0..<(2 * windows / 7 + 1) {
            let tokens = try batch(sampler, index, count: 7 * 1001)
            for sequence in 0..<7 {
                let window = tokens[(sequence * 1001)..<((sequence + 1) * 1001)]
                let whole = window.elementsEqual(window.first!...(window.first! + 1000))
                #expect(whole && window.first! % 65_536 % 1000 == 0)
                starts.append(window.first!)
            }
        }
        let first = starts.prefix(windows), second = starts.dropFirst(windows).prefix(windows)
        #expect(Set(first).count == windows)
        #expect(Set(first) == Set(second))
        // Two random orders agree by chance in about one place.
        #expect(zip(first, second).count { $0 == $1 } < 20)
        #expect(zip(first, first.sorted()).count { $0 == $1 } < 20)
    }

    /// With a limit, only the first tokens are read, as often as the run needs them.
    @Test func uniqueTokensAreReadAgain() throws {
        let folder = try TemporaryFolder()
        let dataset = try counting(3 * 65_536, in: folder)
        let sampler = try BatchSampler(
            dataset, contextLength: 64, batchSequences: 4, uniqueTokens: 64 * 64, seed: 3)
        var starts: [[UInt32]] = []
        for _ in 0..<3 {
            let pass = try (0..<16).flatMap { index in
                let tokens = try batch(sampler, starts.count * 16 + index, count: 4 * 65)
                return stride(from: 0, to: tokens.count, by: 65).map { tokens[$0] }
            }
            starts.append(pass)
        }
        #expect(starts.allSatisfy { $0.sorted() == (0..<64).map { $0 * 64 } } && starts[0] != starts[1])
        let coverage = try #require(
            DataCoverage(
                trainTokens: [3 * 65_536], weights: [1], contextLength: 64, sequences: 3 * 64, uniqueTokens: 64 * 64))
        #expect(coverage.passes == 3 && abs(coverage.repeatedShare - 2 / 3.0) < 1e-12)
    }

    @Test func aBatchDoesNotDependOnWhatWasReadBefore() throws {
        let folder = try TemporaryFolder()
        let dataset = try counting(40 * 65_536, in: folder)
        func sampler(_ seed: UInt64) throws -> BatchSampler {
            try BatchSampler(dataset, contextLength: 256, batchSequences: 5, seed: seed)
        }
        let size = 5 * 257
        let straight = try sampler(1)
        let perPass = 40 * (65_535 / 256) / 5
        let wanted = [0, 1, perPass / 2, perPass, 3 * perPass + 17]
        let inOrder = try wanted.map { try batch(straight, $0, count: size) }
        let backwards = try sampler(1)
        let reversed = try wanted.reversed().map { try batch(backwards, $0, count: size) }
        #expect(inOrder == reversed.reversed())
        for (index, tokens) in zip(wanted, inOrder) {
            let same = try batch(sampler(1), index, count: size) == tokens
            #expect(same)
            let other = try batch(sampler(2), index, count: size) == tokens
            #expect(!other)
        }
    }

    /// Fixes the order itself. Another order changes every run, so it needs a new version of the trainer.
    @Test func theOrderIsTheSameEverywhere() throws {
        let folder = try TemporaryFolder()
        let sampler = try BatchSampler(
            try counting(3 * 65_536, in: folder), contextLength: 64, batchSequences: 4, seed: 42)
        let tokens = try batch(sampler, 9, count: 4 * 65)
        #expect((0..<4).map { tokens[$0 * 65] } == [165_568, 141_120, 176_768, 152_960])
    }

    @Test func repetitionIsCounted() throws {
        func coverage(_ sequences: Int) -> DataCoverage? {
            DataCoverage(trainTokens: [101], weights: [1], contextLength: 10, sequences: sequences)
        }
        #expect(coverage(10).map { [$0.passes, $0.repeatedShare] } == [1, 0])
        #expect(coverage(20).map { [$0.passes, $0.repeatedShare] } == [2, 0.5])
        #expect(DataCoverage(trainTokens: [10], weights: [1], contextLength: 10, sequences: 1) == nil)
        // Three of four sequences from 10 windows, one of four from 100: 40 sequences read the first part three times.
        let mixed = DataCoverage(trainTokens: [101, 1001], weights: [3, 1], contextLength: 10, sequences: 40)
        #expect(mixed.map { [$0.passes, $0.repeatedShare] } == [3, 0.5])
    }

    @Test func aSplitShorterThanAWindow() throws {
        let folder = try TemporaryFolder()
        let dataset = try counting(64, in: folder)
        #expect(
            error { _ = try BatchSampler(dataset, contextLength: 64, batchSequences: 1, seed: 0) }?.code
                == .invalidInput)
        let sampler = try BatchSampler(dataset, contextLength: 63, batchSequences: 1, seed: 0)
        #expect(try batch(sampler, 0, count: 64) == Array(0..<64))
    }

    @Test func validationWindows() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: [1, 2], validation: (0..<10).map { $0 })
        let dataset = try TokenDataset.open(folder: path)
        #expect(try dataset.validation(sequences: 3, contextLength: 3) == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9])
        #expect(try dataset.validationEntropy(sequences: 3) == nil)
        #expect(error { _ = try dataset.validation(sequences: 4, contextLength: 3) }?.code == .invalidInput)
    }
}
