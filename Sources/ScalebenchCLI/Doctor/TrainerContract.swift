// What of the contract of an external trainer (Suites/examples/README.md) holds, item by item, and what to change where it
// does not. Broken is what makes results wrong or keeps interrupted runs from going on; a warning is work done twice, or
// a number that a verdict could use.

import Benchmarking
import Comparison
import Foundation
import Reporting
import ScalebenchCore
import Training

/// The items of the contract that have been looked at.
struct TrainerContract {
    private(set) var checks: [HealthCheck] = []
    private let launch: TrainerLaunch

    init(_ trial: TrainerTrial) {
        launch = trial.launch
        let files = Quantity.count(trial.trainer.files.count, "file")
        note("identity", "\(files), version \"\(trial.trainer.version)\"")
        if let finding = trial.findings.first {
            checks = [HealthCheck("code", "identity", finding.message, status: .warning, advice: finding.advice)]
        }
    }

    private var section = "code"

    private mutating func note(_ name: String, _ value: String) {
        checks.append(HealthCheck(section, name, value))
    }

    private mutating func warn(_ name: String, _ value: String, _ advice: String) {
        checks.append(HealthCheck(section, name, value, status: .warning, advice: advice))
    }

    private mutating func fail(_ name: String, _ value: String, _ advice: String) {
        checks.append(HealthCheck(section, name, value, status: .broken, advice: advice))
    }

    private mutating func skip(_ name: String, _ value: String, _ advice: String) {
        checks.append(HealthCheck(section, name, value, status: .missing, advice: advice))
    }

    /// Notes an error of a run: where it was, what it was, and what the program printed last.
    private mutating func fail(_ name: String, _ error: any Error) {
        guard let known = error as? ScalebenchError else { return fail(name, "\(error)", "see trainer.log") }
        fail(name, known.message, known.hint ?? "see trainer.log of this run")
        if let place = known.location { note("place", place) }
        let printed = known.cause?.split(separator: "\n").last { $0.hasPrefix("  | ") }
        if let printed { note("printed last", String(printed.dropFirst(4))) }
    }
}

// MARK: - A whole run

extension TrainerContract {
    /// The run that nothing interrupted.
    mutating func judge(_ session: TrainerSession, of spec: RunSpec, in folder: RunFolder) {
        section = "a whole run"
        let steps = "\(spec.steps) steps of \(spec.tokensPerStep) tokens"
        switch session.outcome {
        case .failure(let error):
            fail("run", error)
            if printsEvents(folder) {
                fail(
                    "events", "it prints its events on standard output",
                    "append them to the file that {events} and SCALEBENCH_EVENTS name")
            }
            return
        case .success(.completed):
            note("run", "\(steps) in \(Quantity.duration(session.seconds))")
        case .success(let outcome):
            fail(
                "run", "\(steps): the run did not end as completed but as \(outcome)",
                "choose a learning rate with which the first steps are stable")
            return
        }
        judgeEvents(session, spec)
        judgeTiming(session)
    }

    private mutating func judgeEvents(_ session: TrainerSession, _ spec: RunSpec) {
        if !session.beganWithStart {
            warn(
                "start event", "none: the call counts as one from step 0",
                #"write {"event":"start","resumedFromStep":N} first in every call, or nothing can be resumed"#)
        }
        let steps = session.events.count { if case .step = $0.event { true } else { false } }
        if steps == 0 {
            warn(
                "step events", "none",
                "append step events on the way: progress, speed and divergence are read from them")
        } else {
            note("step events", "\(steps)")
        }
        let evaluations = session.events.compactMap { pair -> RunEvent.Evaluation? in
            if case .evaluation(let evaluation) = pair.event { evaluation } else { nil }
        }
        if evaluations.count < spec.evaluation.curvePoints {
            warn(
                "evaluations",
                "\(evaluations.count); spec.evaluation.curvePoints asks for \(spec.evaluation.curvePoints)",
                "evaluate at equal fractions of the run: runs at the target are ended early by their curves")
        } else {
            note("evaluations", "\(evaluations.count)")
        }
        if evaluations.last?.sequenceNatsPerToken == nil {
            warn(
                "sequence losses", "the final evaluation has none",
                "add sequenceNatsPerToken, the loss of each sequence in order: candidates are then compared on equal sequences"
            )
        } else {
            note("sequence losses", "\(spec.evaluation.sequences)")
        }
    }

    private mutating func judgeTiming(_ session: TrainerSession) {
        if let seconds = session.burstSeconds {
            warn(
                "flushing", "most events came many at once, after silences of up to \(Quantity.duration(seconds))",
                "flush the file after each line: scalebench follows runs, and sees hangs, by their events")
        }
        let silence = Quantity.duration(session.longestSilence), limit = Quantity.duration(launch.silenceTimeout)
        if session.longestSilence > launch.silenceTimeout / 2 {
            warn(
                "silence", "up to \(silence) without an event, of \(limit) allowed",
                "append step events more often, or raise silenceTimeout: larger rungs take longer")
        } else {
            note("silence", "up to \(silence) without an event, of \(limit) allowed")
        }
    }

    private func printsEvents(_ folder: RunFolder) -> Bool {
        guard let text = try? String(contentsOfFile: folder.trainerLog, encoding: .utf8) else { return false }
        return text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("{") && $0.contains("\"event\"") }
    }
}

// MARK: - A run that is asked to stop

extension TrainerContract {
    /// The first call of a run that was asked to stop on the way.
    mutating func judge(stopped session: TrainerSession, of spec: RunSpec) {
        section = "stop, kill and resume"
        guard let asked = session.stopSeconds else {
            if case .failure(let error) = session.outcome { return fail("stop", error) }
            return skip(
                "stop", "not tried: no event came before the last step",
                "append a step event or an evaluation on the way, so that it can be stopped there")
        }
        let took = Quantity.duration(session.seconds - asked)
        let handler =
            "on SIGTERM finish the step, save a checkpoint, append its event and exit with 75; a wrapper script must exec "
            + "the program"
        switch session.outcome {
        case .failure(let error): fail("stop", error)
        case .success(.completed) where session.seconds - asked < 0.5:
            skip("stop", "not tried: it ended \(took) after SIGTERM, which may have come too late", handler)
        case .success(.completed), .success(.diverged):
            fail("stop", "it ignored SIGTERM and went on to its last step, \(took)", handler)
        case .success(.stoppedEarly): break
        case .success(.interrupted): judgeStop(session, asked, took, handler)
        }
    }

    private mutating func judgeStop(_ session: TrainerSession, _ asked: Double, _ took: String, _ handler: String) {
        guard let exit = session.exit else {
            return fail(
                "stop", "it was still there \(Quantity.duration(launch.stopTimeout)) after SIGTERM and was killed",
                handler + "; raise stopTimeout if it needs longer")
        }
        let saved = session.events.last { pair in
            if case .checkpoint = pair.event { pair.seconds >= asked } else { false }
        }
        guard case .checkpoint(let checkpoint)? = saved?.event else {
            return warn("stop", "it ended \(took) after SIGTERM without a checkpoint", handler)
        }
        note("stop", "it ended \(took) after SIGTERM, with a checkpoint of step \(checkpoint.step)")
        switch exit {
        case .exited(StopRequest.exitStatus): note("exit status", "75")
        case .exited(let status):
            warn(
                "exit status", "\(status) after the checkpoint",
                "exit with 75, which means checkpointed; torchrun cannot")
        case .killed(let signal): warn("exit status", "killed by signal \(signal) after the checkpoint", "exit with 75")
        case .event: break
        }
    }
}

// MARK: - A run that is resumed

extension TrainerContract {
    /// A relative difference of losses that rounding may make.
    static let rounding = 1e-5
    /// Kernels that are not deterministic make two whole runs differ. An interrupted one may differ so many times as much.
    private static let noiseFactor = 10.0

    /// The last call of the run, and all events of the run.
    mutating func judge(resumed session: TrainerSession, wasKilled: Bool, events: [RunEvent]) {
        if wasKilled {
            note("kill", "the run was killed by SIGKILL on the way")
        } else {
            skip(
                "kill", "not tried: the run ended before it could be killed",
                "append a step event or an evaluation on the way, so that it can be killed there")
        }
        judgeStarts(events)
        switch session.outcome {
        case .failure(let error): fail("last call", error)
        case .success(.completed): break
        case .success(let outcome):
            fail(
                "last call", "the run did not end as completed but as \(outcome)",
                "restore all state from the checkpoint")
        }
    }

    private mutating func judgeStarts(_ events: [RunEvent]) {
        var record = RunRecord(), resumed: [Int] = []
        for event in events {
            if case .start(let start) = event, record.sessions > 0, let checkpoint = record.checkpointStep {
                resumed.append(start.resumedFromStep)
                guard start.resumedFromStep > 0 else {
                    return fail(
                        "resume", "it began again at step 0, though it had a checkpoint of step \(checkpoint)",
                        #"load the checkpoint from {folder} and write its step first: {"event":"start","resumedFromStep":"#
                            + "\(checkpoint)}")
                }
            }
            record.fold(event)
        }
        if resumed.isEmpty {
            warn(
                "checkpoint", "it wrote no checkpoint event: an interrupted run begins anew at its whole cost",
                #"append {"event":"checkpoint","step":N} once the checkpoint of step N is on disk"#)
        } else {
            note("resume", "from step " + resumed.map(String.init).joined(separator: " and "))
        }
    }

    /// The largest relative difference of the evaluations that two records have in common; nil where they have none.
    static func difference(_ one: RunRecord, _ other: RunRecord) -> Double? {
        let losses = Dictionary(other.evaluations.map { ($0.step, $0.natsPerToken ?? .nan) }, uniquingKeysWith: { $1 })
        return one.evaluations.compactMap { evaluation -> Double? in
            guard let loss = evaluation.natsPerToken, let other = losses[evaluation.step] else { return nil }
            return abs(other - loss) / max(loss, 1e-9)
        }.max()
    }

    /// How far the losses of the interrupted run are from those of the whole one.
    /// - Parameter noise: how far those of two whole runs are from each other; nil where that does not matter.
    mutating func judge(difference: Double, noise: Double?) {
        let percent = { (share: Double) in "\(Quantity.significant(100 * share, digits: 2)) %" }
        let words =
            "the losses of the interrupted run differ by up to \(percent(difference)) from those of the whole run"
        if difference <= Self.rounding {
            note("equal losses", words)
        } else if let noise, difference <= Self.noiseFactor * noise {
            note("equal losses", words + ", those of two whole runs by \(percent(noise))")
        } else {
            fail(
                "equal losses", words + (noise.map { ", those of two whole runs by \(percent($0))" } ?? ""),
                "save optimizer state, place in the data and random state in the checkpoint, and seed everything with spec.seed"
            )
        }
    }
}
