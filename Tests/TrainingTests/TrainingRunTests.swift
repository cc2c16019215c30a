import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training

@Suite struct TrainingRunTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func perform(_ run: RunFolder) throws -> TrainingOutcome {
        try TrainingRun(run, options: testOptions).perform(stop: StopRequest())
    }

    @Test func syntheticRunEndsOnItsLaw() throws {
        let spec = try makeSpec(trainer: synthetic(), steps: 200)
        let run = try makeRun(spec, in: folder)
        #expect(try perform(run) == .completed)
        let record = try readRecord(run)
        let expected = 1.5 + 0.5 * pow(spec.flops / 1e12, -0.05)
        let final = try #require(record.finalEvaluation)
        #expect(abs(try #require(final.natsPerToken) - expected) < 1e-9)
        let sequences = try #require(final.sequenceNatsPerToken)
        #expect(sequences.count == 6)
        #expect(abs(sequences.reduce(0, +) / 6 - expected) < 1e-6)
        #expect(record.steps.count == 80)
        #expect(record.steps.last?.step == 200)
        #expect(record.evaluations.map(\.step) == [40, 80, 120, 160, 200])
        #expect(record.evaluations.map(\.sequences) == [3, 3, 3, 3, 6])
        #expect(record.start?.runID == spec.runID)
        #expect(record.start?.parametersTotal == spec.model.parametersTotal)
        #expect(record.end?.tokens == spec.tokens)
        let curve = record.evaluations.compactMap(\.natsPerToken)
        #expect(curve == curve.sorted(by: >))
    }

    @Test func eventsSayHowManyCoresTrained() throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(secondsPerStep: 0.002), steps: 160), in: folder)
        var trainer: InterferingTrainer?
        _ = try TrainingRun(run, options: testOptions) { job in
            // A report covers two steps: the core that comes after step 41 comes in the middle of one.
            let made = InterferingTrainer(try makeTrainer(for: job)) { step, result in
                trainer?.stated = step <= 41 ? 1 : 2
                return result
            }
            trainer = made
            return made
        }.perform(stop: StopRequest())
        let record = try readRecord(run)
        #expect(record.start?.devices == 1)
        #expect(record.steps.count == 80 && record.steps.prefix(20).allSatisfy { $0.devices == nil })
        #expect((1.001..<2).contains(try #require(record.steps[20].devices)))
        #expect(record.steps.dropFirst(21).allSatisfy { $0.devices == 2 })
    }

    @Test func syntheticNoiseHasItsStandardDeviation() throws {
        let losses = try (1...400).map { seed in
            let spec = try makeSpec(trainer: synthetic(noise: 0.1), steps: 4, seed: seed)
            let trainer = try makeTrainer(for: RunJob(spec, dataset: .init(name: "d", folder: "")))
            let losses = try trainer.evaluate(step: 4, sequences: 6).sequences
            return losses.reduce(0, +) / 6
        }
        let mean = losses.reduce(0, +) / 400
        let deviation = (losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
        // The tolerance is four standard errors of a standard deviation from 400 values.
        #expect(abs(deviation - 0.1) < 0.1 * 4 / (2.0 * 400).squareRoot())
    }

    @Test func finishedRunIsNotRepeated() throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(), steps: 20), in: folder)
        #expect(try perform(run) == .completed)
        let events = try InputFile.read(run.events)
        let again = TrainingRun(run, options: testOptions) { _ in throw InterferingTrainer.Killed() }
        #expect(try again.perform(stop: StopRequest()) == .completed)
        #expect(try InputFile.read(run.events) == events)
    }

    @Test func syntheticDivergenceEndsTheRunAsAResult() throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(divergesFromWidth: 8), steps: 100), in: folder)
        #expect(try perform(run) == .diverged)
        let record = try readRecord(run)
        #expect(record.end?.status == .diverged)
        #expect(record.end?.step == 31)
        #expect(record.steps.last?.step == 30)
        #expect(record.steps.allSatisfy { $0.natsPerToken != nil })
        #expect(record.isFinished)
        #expect(try perform(run) == .diverged)
    }

    @Test func oneSpikeIsRecordedAndTenAreDivergence() throws {
        func outcome(spikes: ClosedRange<Int>, name: String) throws -> (TrainingOutcome, RunRecord) {
            let run = try makeRun(try makeSpec(trainer: synthetic(), steps: 100), in: folder, name: name)
            let session = TrainingRun(run, options: testOptions) { job in
                InterferingTrainer(try makeTrainer(for: job), limit: 10) { step, result in
                    var result = result
                    if spikes.contains(step) { result.natsPerToken = 12 }
                    return result
                }
            }
            return (try session.perform(stop: StopRequest()), try readRecord(run))
        }
        let spike = try outcome(spikes: 50...50, name: "spike")
        #expect(spike.0 == .completed)
        #expect(spike.1.steps.contains { $0.natsPerToken! > 5 })
        // Losses are near 2 before: the mean of ten is about 10 after eight spikes (8 · 12 + 2 · 2 = 100), above it
        // after nine.
        let plateau = try outcome(spikes: 50...100, name: "plateau")
        #expect(plateau.0 == .diverged)
        #expect((57...59).contains(plateau.1.end!.step))
        // The first ten steps never count.
        #expect(try outcome(spikes: 1...10, name: "start").0 == .completed)
    }

    @Test func stopBeforeTheFirstStepLeavesNothingToResume() throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(), steps: 20), in: folder)
        let stop = StopRequest()
        stop.request()
        #expect(try TrainingRun(run, options: testOptions).perform(stop: stop) == .interrupted)
        #expect(try perform(run) == .completed)
    }

    @Test(arguments: [synthetic(), #"{ "type": "builtin" }"#]) func aRunThatIsStoppedEarlyGoesOnLater(trainer: String)
        throws
    {
        let dataset = try makeDataset(in: folder)
        let spec = try makeSpec(trainer: trainer, steps: 50, dataHash: dataset.contentHash)
        let run = try makeRun(spec, in: folder), whole = try makeRun(spec, in: folder, name: "whole")
        #expect(try perform(whole) == .completed)
        let session = TrainingRun(run, options: testOptions) { job in
            InterferingTrainer(try makeTrainer(for: job)) { step, result in
                if step == 23 { try Data().write(to: URL(fileURLWithPath: run.stopEarly)) }
                return result
            }
        }
        #expect(try session.perform(stop: StopRequest()) == .stoppedEarly)
        let stopped = try readRecord(run)
        // The run stops at the first evaluation after it was told to.
        #expect(stopped.end?.status == .stoppedEarly && stopped.end?.step == 30 && stopped.evaluations.last?.step == 30)
        #expect(stopped.checkpointStep == 30 && !stopped.isFinished && stopped.finalEvaluation == nil)
        // If the file names a step, the run stops at the first evaluation from that step on.
        try Data("31".utf8).write(to: URL(fileURLWithPath: run.stopEarly))
        #expect(try perform(run) == .stoppedEarly)
        #expect(try readRecord(run).end?.step == 40 && readRecord(run).end?.status == .paused)
        try FileManager.default.removeItem(atPath: run.stopEarly)
        #expect(try perform(run) == .completed)
        #expect(try readRecord(run).start?.resumedFromStep == 40)
        #expect(Result(try readRecord(run)) == Result(try readRecord(whole)))
    }

    @Test func failureIsRecordedAndTriedAgain() throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(), steps: 20), in: folder)
        #expect(throws: InterferingTrainer.Killed.self) {
            try TrainingRun(run, options: testOptions) { _ in throw InterferingTrainer.Killed() }
                .perform(stop: StopRequest())
        }
        let failed = try readRecord(run)
        #expect(failed.end?.status == .failed)
        #expect(!failed.isFinished)
        #expect(try perform(run) == .completed)
    }

    @Test func editedJobIsRefused() throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(), steps: 20), in: folder)
        let text = String(decoding: try InputFile.read(run.job), as: UTF8.self)
        try Data(text.replacing("\"steps\" : 20", with: "\"steps\" : 21").utf8).write(
            to: URL(fileURLWithPath: run.job))
        #expect { try perform(run) } throws: { error in
            (error as? ScalebenchError)?.code == .damagedData && (error as? ScalebenchError)?.location == run.job
        }
        #expect(!FileManager.default.fileExists(atPath: run.events))
    }

    @Test func missingJobIsNamed() {
        #expect { try perform(RunFolder("\(folder.path)/none")) } throws: { error in
            (error as? ScalebenchError)?.code == .notFound
        }
    }
}
