import Foundation
import ScalebenchCore
import Testing
import Training

/// A run that was stopped, killed or torn anywhere gives the numbers of one that was not.
@Suite struct InterruptionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func whole(_ spec: RunSpec) throws -> Result {
        let run = try makeRun(spec, in: folder, name: "whole-\(UUID())")
        _ = try TrainingRun(run, options: testOptions).perform(stop: StopRequest())
        return Result(try readRecord(run))
    }

    @Test func stoppedAndResumedAtEveryStep() throws {
        let spec = try makeSpec(trainer: synthetic(noise: 0.1), steps: 170)
        let expected = try whole(spec)
        for interruptions in [[1], [2, 3], [84, 85, 86], [169], [20, 34, 35, 68, 150]] {
            let run = try makeRun(spec, in: folder, name: "stopped-\(interruptions)")
            for step in interruptions {
                let stop = StopRequest()
                let session = TrainingRun(run, options: testOptions) { job in
                    InterferingTrainer(try makeTrainer(for: job)) { now, result in
                        if now == step { stop.request() }
                        return result
                    }
                }
                #expect(try session.perform(stop: stop) == .interrupted)
                #expect(try readRecord(run).checkpointStep == step)
            }
            #expect(try TrainingRun(run, options: testOptions).perform(stop: StopRequest()) == .completed)
            let record = try readRecord(run)
            #expect(record.start?.resumedFromStep == interruptions.last)
            #expect(Result(record) == expected)
            #expect(!FileManager.default.fileExists(atPath: run.checkpoints))
        }
    }

    @Test func killedBetweenCheckpoints() throws {
        let spec = try makeSpec(trainer: synthetic(noise: 0.1, secondsPerStep: 0.001), steps: 60)
        let expected = try whole(spec)
        var options = testOptions
        options.checkpointSeconds = 0.007
        let run = try makeRun(spec, in: folder)
        for step in [5, 23, 24, 50] {
            let session = TrainingRun(run, options: options) { job in
                InterferingTrainer(try makeTrainer(for: job)) { now, result in
                    if now == step { throw InterferingTrainer.Killed() }
                    return result
                }
            }
            #expect(throws: InterferingTrainer.Killed.self) { try session.perform(stop: StopRequest()) }
        }
        #expect(try TrainingRun(run, options: options).perform(stop: StopRequest()) == .completed)
        let record = try readRecord(run)
        #expect(try #require(record.start?.resumedFromStep) > 0)
        #expect(Result(record) == expected)
    }

    @Test func eventFileCutAnywhere() throws {
        let spec = try makeSpec(trainer: synthetic(), steps: 12)
        let expected = try whole(spec)
        let run = try makeRun(spec, in: folder)
        let stop = StopRequest()
        let session = TrainingRun(run, options: testOptions) { job in
            InterferingTrainer(try makeTrainer(for: job)) { now, result in
                if now == 9 { stop.request() }
                return result
            }
        }
        _ = try session.perform(stop: stop)
        let events = try InputFile.read(run.events)
        for length in stride(from: 0, to: events.count, by: 37) {
            let copy = RunFolder("\(folder.path)/cut-\(length)")
            try FileManager.default.copyItem(atPath: run.path, toPath: copy.path)
            try events.prefix(length).write(to: URL(fileURLWithPath: copy.events))
            _ = try TrainingRun(copy, options: testOptions).perform(stop: StopRequest())
            let record = try readRecord(copy)
            #expect(Result(record) == expected, "cut at \(length)")
            #expect(!record.hasTornLine)
        }
    }

    @Test func halfWrittenAndForeignCheckpointsAreIgnored() throws {
        let spec = try makeSpec(trainer: synthetic(), steps: 40)
        let expected = try whole(spec)
        let run = try makeRun(spec, in: folder)
        let left = [
            "step-9/state.json": #"{"runID":"other","step":9,"seconds":0,"lossSum":0,"lossCount":0,"recentLosses":[]}"#,
            "step-8/state.json": #"{"runID":"# + "\"\(spec.runID)\"",
            "step-7.tmp-1/state.json": "", "step-x/state.json": "",
        ]
        for (name, text) in left {
            let file = URL(fileURLWithPath: "\(run.checkpoints)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        _ = try TrainingRun(run, options: testOptions).perform(stop: StopRequest())
        let record = try readRecord(run)
        #expect(record.start?.resumedFromStep == 0)
        #expect(Result(record) == expected)
    }
}
