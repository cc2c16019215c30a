// Tries an external trainer on short runs of the smallest rung, by the code that carries out every run: once to its end;
// then the same run again, which is asked to stop, called again, killed as by a cluster that takes the machine away, and
// called until its end. TrainerContract says what of the contract in Suites/examples/README.md did not hold.

import Benchmarking
import Foundation
import Launching
import Reporting
import RunStore
import ScalebenchCore
import Synchronization
import Training

struct TrainerExamination {
    private let trial: TrainerTrial
    /// A temporary folder for the runs.
    private let root: String
    private let line = LiveLine(isQuiet: false)

    /// Steps of a run, and the seconds that it must take so that it can be interrupted on the way.
    private static let fewestSteps = 20, mostSteps = 1000, enoughSeconds = 1.5
    /// A run whose steps cannot be timed becomes no longer than so many seconds, nor a run longer by less than this factor.
    private static let longestSeconds = 6.0, slowSeconds = 20.0, leastGrowth = 1.2

    init(candidate: String, suite: String?) throws {
        root =
            FileManager.default.temporaryDirectory.appendingPathComponent("scalebench-doctor-\(UUID().uuidString)")
            .path
        do {
            trial = try TrainerTrial(candidate: candidate, suite: suite, root: root)
        } catch {
            try? FileManager.default.removeItem(atPath: root)
            throw error
        }
    }

    /// The runs are kept where something is broken.
    func examine() async throws -> HealthReport {
        defer { line.clear() }
        var contract = TrainerContract(trial)
        try await observe(&contract)
        var report = HealthReport(checks: contract.checks)
        if report.isBroken {
            report.checks.append(
                HealthCheck(
                    "files", "kept", root,
                    advice: "job.json, events.jsonl and trainer.log of each run in runs/ show what happened"))
        } else {
            try? FileManager.default.removeItem(atPath: root)
        }
        return report
    }

    private func observe(_ contract: inout TrainerContract) async throws {
        let (folder, whole) = try wholeRun()
        let spec = try RunJob.open(folder).spec
        contract.judge(whole, of: spec, in: folder)
        guard case .success(.completed) = whole.outcome else { return }
        line.show("examining \(spec.steps) steps: stop, kill and resume")
        var copy = try trial.prepare(steps: spec.steps, copy: 2)
        let stopped = TrainerSession(copy, stopFrom: max(1, spec.steps / 4))
        contract.judge(stopped: stopped, of: spec)
        if try record(copy).isFinished { copy = try trial.prepare(steps: spec.steps, copy: 3) }
        let wasKilled = try await kill(copy, from: max(spec.steps / 2, 1))
        let last = TrainerSession(copy)
        contract.judge(resumed: last, wasKilled: wasKilled, events: allEvents(copy))
        guard case .success(.completed) = last.outcome,
            let difference = TrainerContract.difference(try record(folder), try record(copy))
        else { return }
        contract.judge(
            difference: difference,
            noise: difference > TrainerContract.rounding ? try noise(of: folder, spec.steps) : nil)
    }

    /// How far the losses of a second whole run are from those of the first.
    private func noise(of folder: RunFolder, _ steps: Int) throws -> Double? {
        line.show("examining \(steps) steps: another whole run")
        let again = try trial.prepare(steps: steps, copy: 4)
        guard case .success(.completed) = TrainerSession(again).outcome else { return nil }
        return TrainerContract.difference(try record(folder), try record(again))
    }

    /// A run to its end, of so many steps that it can be interrupted where that takes no long time.
    private func wholeRun() throws -> (RunFolder, TrainerSession) {
        var steps = Self.fewestSteps
        while true {
            line.show("examining \(steps) steps: a whole run")
            let folder = try trial.prepare(steps: steps, copy: 1)
            let session = TrainerSession(folder)
            guard case .success(.completed) = session.outcome, steps < Self.mostSteps else { return (folder, session) }
            let factor = Self.growth(session, steps)
            if factor < Self.leastGrowth { return (folder, session) }
            steps = min(Self.mostSteps, Int(Double(steps) * factor))
        }
    }

    /// The factor by which a run is to become longer. Where all events came at once, it is not known what of the time its
    /// steps took.
    private static func growth(_ session: TrainerSession, _ steps: Int) -> Double {
        if session.trainingSeconds >= enoughSeconds { return 1 }
        let wanted = 1.5 * enoughSeconds / max(session.trainingSeconds, 0.01)
        guard session.cameAtOnce else { return wanted }
        // The start of a program alone may take long.
        let allowed = longestSeconds / max(session.seconds, 0.01)
        return min(wanted, steps == fewestSteps && session.seconds < slowSeconds ? max(allowed, 4) : allowed)
    }

    private func record(_ folder: RunFolder) throws -> RunRecord {
        try RunRecord(events: try InputFile.read(folder.events), file: folder.events)
    }

    private func allEvents(_ folder: RunFolder) -> [RunEvent] {
        var tail = EventTail(folder)
        return tail.newEvents()
    }

    /// Calls the trainer by a process of its own, and kills both at its first new event from a step on.
    /// - Returns: whether they were killed before the run had ended.
    private func kill(_ folder: RunFolder, from goal: Int) async throws -> Bool {
        let stop = StopRequest(), over = Flag()
        guard let program = Bundle.main.executablePath else { return false }
        var tail = EventTail(folder)
        tail.skipPresent()
        let launching = Task {
            defer { over.raise() }
            return try await LocalLauncher(executable: program, slots: 1).launch([folder], stop: stop) { _ in }
        }
        while !over.isUp {
            if tail.newEvents().contains(where: { $0.trainedStep ?? 0 >= goal }) {
                // A second request to stop kills at once, without a word to the trainer.
                stop.request()
                stop.request()
                break
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        guard case .interrupted? = try await launching.value.first?.status else { return false }
        return stop.isRequested
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isUp: Bool { value.load(ordering: .relaxed) }
    func raise() { value.store(true, ordering: .relaxed) }
}
