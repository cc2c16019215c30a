import Foundation
import ScalebenchCore
import Synchronization
import Testing
import Training

@Suite struct RunLockTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func onlyOneHolderAtATime() throws {
        let run = RunFolder(folder.path)
        var first = try RunLock.tryAcquire(run)
        #expect(first != nil)
        #expect(try RunLock.tryAcquire(run) == nil)
        first = nil
        #expect(try RunLock.tryAcquire(run) != nil)
    }

    @Test func waitingEndsWithAStop() throws {
        let run = RunFolder(folder.path)
        let holder = try RunLock.tryAcquire(run)
        let stop = StopRequest()
        stop.request()
        #expect(try RunLock.acquire(run, stop: stop) == nil)
        withExtendedLifetime(holder) {}
    }

    /// Two sessions of one run at once: one trains, the other waits and finds it finished.
    @Test func twoWritersTrainOnce() async throws {
        let run = try makeRun(try makeSpec(trainer: synthetic(secondsPerStep: 0.002), steps: 50), in: folder)
        let outcomes = try await withThrowingTaskGroup(of: TrainingOutcome.self) { group in
            for _ in 0..<2 {
                group.addTask { try TrainingRun(run, options: testOptions).perform(stop: StopRequest()) }
            }
            var outcomes: [TrainingOutcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes == [.completed, .completed])
        let lines = try InputFile.read(run.events).split(separator: UInt8(ascii: "\n"))
        let starts = lines.filter { String(decoding: $0, as: UTF8.self).contains("\"event\":\"start\"") }
        #expect(starts.count == 1)
    }
}
