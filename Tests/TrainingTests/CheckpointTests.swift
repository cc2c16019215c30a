import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training

/// A checkpoint whose bytes have changed is never used.
@Suite struct CheckpointTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A run that was stopped after each of `steps`.
    private func stopped(_ name: String, _ spec: RunSpec, after steps: [Int]) throws -> RunFolder {
        let run = try makeRun(spec, in: folder, name: name)
        for step in steps {
            let stop = StopRequest()
            let session = TrainingRun(run, options: testOptions) { job in
                InterferingTrainer(try makeTrainer(for: job)) { now, result in
                    if now == step { stop.request() }
                    return result
                }
            }
            #expect(try session.perform(stop: stop) == .interrupted)
        }
        return run
    }

    private func flip(_ path: String) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        data[data.count / 2] ^= 1
        try data.write(to: URL(fileURLWithPath: path))
    }

    /// Where the run goes on from.
    private func resumed(_ run: RunFolder) throws -> Int? {
        #expect(try TrainingRun(run, options: testOptions).perform(stop: StopRequest()) == .completed)
        return try readRecord(run).start?.resumedFromStep
    }

    @Test func aDamagedCheckpointFallsBackToTheOneBefore() throws {
        let spec = try makeSpec(trainer: synthetic(noise: 0.1), steps: 12)
        let whole = try stopped("whole", spec, after: [3, 6])
        #expect(try resumed(whole) == 6)
        let expected = Result(try readRecord(whole))
        for (name, damaged, start) in [("newest", [6], 3), ("both", [3, 6], 0)] {
            let run = try stopped(name, spec, after: [3, 6])
            for step in damaged { try flip("\(run.checkpoints)/step-\(step)/state.json") }
            #expect(try resumed(run) == start)
            #expect(Result(try readRecord(run)) == expected)
        }
    }

    @Test func aFlippedBitInAnyFileIsSeen() throws {
        let dataset = try makeDataset(in: folder)
        let spec = try makeSpec(steps: 8, dataHash: dataset.contentHash, vocabularySize: dataset.vocabularySize)
        let run = try stopped("builtin", spec, after: [4])
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(run.checkpoints)/step-4")
        #expect(files.count >= 3 && files.contains("checksums.json"))
        for name in files {
            let copy = RunFolder("\(folder.path)/copy-\(name)")
            try FileManager.default.copyItem(atPath: run.path, toPath: copy.path)
            try flip("\(copy.checkpoints)/step-4/\(name)")
            #expect(try resumed(copy) == 0, "\(name)")
        }
    }
}
