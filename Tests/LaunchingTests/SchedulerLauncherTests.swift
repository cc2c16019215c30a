import Foundation
import Launching
import ScalebenchCore
import Synchronization
import Testing

/// What becomes of runs whose jobs end well, badly, or without a word.
@Suite final class SchedulerLauncherTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("scalebench-\(UUID().uuidString)")
        .path
    private let scheduler = FakeScheduler()

    init() throws { try AtomicFile.makeFolder(root) }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func folders(_ count: Int) throws -> [RunFolder] {
        try (0..<count).map { index in
            try AtomicFile.makeFolder("\(root)/runs/run\(index)")
            return RunFolder("\(root)/runs/run\(index)")
        }
    }

    private func launcher(
        detach: Bool = false, settle: Double = 0.1, mostJobs: Int? = nil
    ) throws -> SchedulerLauncher {
        let text = #"{"type":"slurm","pollSeconds":0.05,"settleSeconds":\#(settle),"detach":\#(detach)}"#
        let config = try LauncherConfig(try ConfigReader.parse(Data(text.utf8), file: "launcher.json"))
        guard case .slurm(let slurm) = config.kind else { throw FakeScheduler.Failure() }
        return SchedulerLauncher(
            scheduler, Launch(config, in: "\(root)/launches"), options: slurm.options, mostJobs: mostJobs
        ) { slurm.resources.resources(at: LaunchPlace(names: [$0.path], flops: 1)) }
    }

    /// Ends every job as soon as it is asked for.
    private func endAll(_ status: Int32?, reason: String? = nil) {
        scheduler.whenAsked { [scheduler] in
            for job in scheduler.jobs {
                try? scheduler.start(job)
                try? scheduler.end(job, exitStatus: status, reason: reason)
            }
        }
    }

    private static func writeCheckpoint(_ folder: RunFolder, step: Int) throws {
        let line = #"{"event":"checkpoint","step":\#(step)}"# + "\n"
        try Data(line.utf8).write(to: URL(fileURLWithPath: folder.events))
    }

    @Test func everyRunIsSubmittedOnceAndItsEndIsTheResult() async throws {
        endAll(0)
        let folders = try folders(5), events = Mutex<[LaunchEvent]>([])
        let results = try await launcher().launch(folders, stop: StopRequest()) { event in
            events.withLock { $0.append(event) }
        }
        #expect(results == folders.map { LaunchResult(folder: $0, status: .finished) })
        #expect(scheduler.submitted.map(\.path) == folders.map(\.path))
        let seen = events.withLock { $0 }
        #expect(seen.first == .note("submitted 5 jobs to the test"))
        for folder in folders { #expect(seen.contains(.started(folder))) }
    }

    @Test func theErrorOfAFailedRunIsItsExplanation() async throws {
        endAll(1, reason: "no such data set")
        let results = try await launcher().launch(try folders(1), stop: StopRequest()) { _ in }
        #expect(results.map(\.status) == [.failed(explanation: "no such data set")])
        #expect(scheduler.submitted.count == 1)
    }

    @Test func aJobThatWasKilledIsSubmittedAgainAsLongAsItGetsFurther() async throws {
        let folder = try folders(1)[0], step = Mutex(0)
        scheduler.whenAsked { [scheduler] in
            for job in scheduler.jobs {
                let next = step.withLock { step in
                    step += 10
                    return step
                }
                try? Self.writeCheckpoint(folder, step: next)
                try? scheduler.end(job, exitStatus: next < 60 ? nil : 0)
            }
        }
        let results = try await launcher().launch([folder], stop: StopRequest()) { _ in }
        #expect(results.map(\.status) == [.finished])
        #expect(scheduler.submitted.count == 6)
    }

    @Test func threeJobsInARowWithoutACheckpointAreAFailure() async throws {
        endAll(nil)
        let folder = try folders(1)[0]
        try Self.writeCheckpoint(folder, step: 7)
        try Data("one\ntwo\n".utf8).write(to: URL(fileURLWithPath: folder.jobLog))
        let results = try await launcher().launch([folder], stop: StopRequest()) { _ in }
        #expect(
            results.map(\.status) == [
                .failed(explanation: "3 jobs in a row ended without a new checkpoint\none\ntwo")
            ])
        #expect(scheduler.submitted.count == 3)
    }

    @Test func aSchedulerMayLoseSomeJobsBeforeTheyBegin() async throws {
        scheduler.whenAsked { [scheduler] in
            for job in scheduler.jobs { try? scheduler.end(job, exitStatus: job.hasSuffix("-7") ? 0 : nil) }
        }
        let results = try await launcher(settle: 0).launch(try folders(1), stop: StopRequest()) { _ in }
        #expect(results.map(\.status) == [.finished])
        #expect(scheduler.submitted.count == 7)
    }

    @Test func anotherLaunchFollowsTheJobsOfOneThatWasStopped() async throws {
        let folders = try folders(4), stop = StopRequest()
        scheduler.whenAsked { stop.request() }
        let first = try await launcher().launch(folders, stop: stop) { _ in }
        #expect(first.map(\.status) == [.submitted, .submitted, .submitted, .submitted])
        endAll(0)
        let second = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        #expect(second.map(\.status) == [.finished, .finished, .finished, .finished])
        #expect(scheduler.submitted.count == 4)
    }

    @Test func launchesAtOnceShareTheJobs() async throws {
        let folders = try folders(40)
        let polls = Mutex(0)
        scheduler.whenAsked { [scheduler] in
            // The jobs end only after all launches have seen them.
            guard
                polls.withLock({
                    $0 += 1; return $0
                }) > 60
            else { return }
            for job in scheduler.jobs { try? scheduler.end(job, exitStatus: 0) }
        }
        let results = try await withThrowingTaskGroup(of: [LaunchResult].self) { group in
            for _ in 0..<8 {
                let launcher = try launcher(settle: 1)
                group.addTask { try await launcher.launch(folders, stop: StopRequest()) { _ in } }
            }
            return try await group.reduce(into: [LaunchResult]()) { $0 += $1 }
        }
        #expect(results.count == 320)
        #expect(scheduler.submitted.count == 40)
        #expect(Set(scheduler.submitted).count == 40)
    }

    @Test func aClaimWhoseSubmitterDiedIsFoundByNameOrGivenUp() async throws {
        let folders = try folders(2)
        for folder in folders {
            var claim = try #require(
                try RunSubmission.claim(folder, after: 0, launch: "dead", checkpointStep: nil))
            claim.process = 99_999_999
            try claim.save(in: folder)
        }
        // The scheduler knows the job of the first run, and nothing of the second.
        let adopted = "scalebench-run0-1"
        scheduler.set(.running, of: adopted)
        scheduler.whenAsked { [scheduler] in
            for job in scheduler.jobs { scheduler.set(nil, of: job) }
            for folder in folders {
                try? RunSubmission.note(
                    .init(exitStatus: 0), of: RunSubmission.newestNumber(in: folder), in: folder)
            }
        }
        let results = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        #expect(results.map(\.status) == [.finished, .finished])
        #expect(scheduler.submitted.map(\.path) == [folders[1].path])
    }

    /// The submitter goes on living, because it waits for the same run.
    @Test(.timeLimit(.minutes(1))) func aJobThatIsNamedAndFollowedByAnotherBetweenTwoLooksIsLetGo() async throws {
        let folders = try folders(2)
        _ = try #require(try RunSubmission.claim(folders[1], after: 0, launch: "other", checkpointStep: nil))
        let asked = Mutex(0)
        scheduler.whenAsked { [scheduler] in
            for job in scheduler.jobs {
                try? scheduler.start(job)
                try? scheduler.end(job, exitStatus: 0)
            }
            guard
                asked.withLock({
                    $0 += 1; return $0
                }) == 1
            else { return }
            for number in 1...2 {
                if number == 2 {
                    _ = try? RunSubmission.claim(folders[1], after: 1, launch: "other", checkpointStep: nil)
                }
                guard var newest = RunSubmission.newest(in: folders[1]) else { return }
                newest.job = "scalebench-run1-\(number)"
                try? newest.save(in: folders[1])
            }
        }
        let results = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        #expect(results.map(\.status) == [.finished, .finished])
        #expect(scheduler.submitted.map(\.path) == folders.map(\.path))
    }

    @Test func anEarlierFailureIsTriedAgain() async throws {
        endAll(1, reason: "broken")
        let folders = try folders(1)
        _ = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        endAll(0)
        let second = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        #expect(second.map(\.status) == [.finished])
        #expect(scheduler.submitted.count == 2)
    }

    @Test func whatIsNotAcceptedLeavesNoClaim() async throws {
        scheduler.set(accepts: false)
        let folders = try folders(2)
        await #expect(throws: FakeScheduler.Failure.self) {
            _ = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        }
        #expect(folders.allSatisfy { RunSubmission.newestNumber(in: $0) == 0 })
    }

    @Test func nothingFollowsFromASchedulerThatDoesNotAnswer() async throws {
        let folders = try folders(1), notes = Mutex<[String]>([])
        scheduler.whenAsked { [scheduler] in scheduler.set(silent: true) }
        let launcher = try launcher()
        async let results = launcher.launch(folders, stop: StopRequest()) { event in
            if case .note(let text) = event { notes.withLock { $0.append(text) } }
        }
        // One note for the job, and one for the silence.
        for _ in 0..<200 where notes.withLock({ $0.count }) < 2 { try await Task.sleep(for: .milliseconds(50)) }
        try await Task.sleep(for: .milliseconds(200))
        endAll(0)
        scheduler.set(silent: false)
        let statuses = try await results.map(\.status)
        #expect(statuses == [.finished])
        #expect(scheduler.submitted.count == 1)
        #expect(notes.withLock { $0 }.count == 2)
    }

    @Test func aDetachedLaunchReturnsAtOnce() async throws {
        let folders = try folders(3)
        let first = try await launcher(detach: true).launch(folders, stop: StopRequest()) { _ in }
        #expect(first.map(\.status) == [.submitted, .submitted, .submitted])
        let again = try await launcher(detach: true).launch(folders, stop: StopRequest()) { _ in }
        #expect(again == first)
        #expect(scheduler.submitted.count == 3)
    }

    @Test func aFailureThatNobodySawIsToldByTheNextLaunchAndThenTriedAgain() async throws {
        let folders = try folders(1)
        _ = try await launcher(detach: true).launch(folders, stop: StopRequest()) { _ in }
        try scheduler.end("scalebench-run0-1", exitStatus: 1, reason: "broken")
        let second = try await launcher(detach: true).launch(folders, stop: StopRequest()) { _ in }
        #expect(second.map(\.status) == [.failed(explanation: "broken")])
        let third = try await launcher(detach: true).launch(folders, stop: StopRequest()) { _ in }
        #expect(third.map(\.status) == [.submitted])
        #expect(scheduler.submitted.count == 2)
    }

    @Test func detachedLaunchesCountIdleJobsTogether() async throws {
        let folders = try folders(1)
        var results: [LaunchResult.Status] = []
        for _ in 0..<4 {
            results += try await launcher(detach: true, settle: 0).launch(folders, stop: StopRequest()) { _ in }.map(
                \.status)
            for job in scheduler.jobs {
                try scheduler.start(job)
                try scheduler.end(job, exitStatus: nil)
            }
        }
        #expect(results[..<3] == [.submitted, .submitted, .submitted])
        #expect(results[3] == .failed(explanation: "3 jobs in a row ended without a new checkpoint"))
    }

    @Test func whatIsNotWantedAnyMoreIsCancelledWhileItWaits() async throws {
        let folders = try folders(2), isWanted = Mutex(true)
        scheduler.whenAsked { [scheduler] in
            // Nobody wants the second run any more once the first one was seen to run.
            if folders[0].hasStarted { isWanted.withLock { $0 = false } }
            try? scheduler.start("scalebench-run0-1")
            if scheduler.cancelled.count > 0 { try? scheduler.end("scalebench-run0-1", exitStatus: 0) }
        }
        let results = try await launcher().launch(
            folders, after: [:], stop: StopRequest(), isWanted: { _ in isWanted.withLock { $0 } }
        ) { _ in }
        #expect(results.map(\.status) == [.finished, .notStarted])
        #expect(scheduler.cancelled == ["scalebench-run1-1"])
    }

    @Test func aJobThatAPersonCancelledIsNotSubmittedAgain() async throws {
        let folders = try folders(2)
        scheduler.whenAsked { [scheduler] in
            scheduler.set(.ended(reason: "CANCELLED", isCancelled: true), of: "scalebench-run0-1")
            try? RunSubmission.newest(in: folders[1])?.stop(in: folders[1])
            try? scheduler.end("scalebench-run1-1", exitStatus: 75)
        }
        let results = try await launcher().launch(folders, stop: StopRequest()) { _ in }
        #expect(results.map(\.status) == [.interrupted, .interrupted])
        #expect(scheduler.submitted.count == 2)
    }

    @Test func aRunWaitsForThatWhichItGoesOnFrom() async throws {
        let folders = try folders(2)
        endAll(0)
        let results = try await launcher().launch(
            folders, after: [folders[0]: folders[1]], stop: StopRequest()
        ) { _ in }
        #expect(results.map(\.status) == [.finished, .finished])
        #expect(scheduler.submitted.map(\.path) == [folders[1].path, folders[0].path])
    }

    @Test func atMostSoManyJobsAreThereAtOnce() async throws {
        let most = Mutex(0)
        scheduler.whenAsked { [scheduler] in
            most.withLock { $0 = max($0, scheduler.jobs.count) }
            if let job = scheduler.jobs.first { try? scheduler.end(job, exitStatus: 0) }
        }
        _ = try await launcher(mostJobs: 2).launch(try folders(6), stop: StopRequest()) { _ in }
        #expect(most.withLock { $0 } == 2)
    }
}
