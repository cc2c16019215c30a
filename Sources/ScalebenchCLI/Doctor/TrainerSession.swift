// One call of an external trainer while `doctor` watches it.

import Foundation
import ScalebenchCore
import Synchronization
import Training

/// What a trainer did in one call, with the seconds since its start.
struct TrainerSession: Sendable {
    /// How the call ended; an error where the run failed.
    var outcome = Result<TrainingOutcome, any Error>.success(.interrupted)
    /// Its events as they came in.
    var events: [(event: RunEvent, seconds: Double)] = []
    /// When it was asked to stop; nil where it was not.
    var stopSeconds: Double?
    /// How its program ended; nil where it was killed because it did not end.
    var exit: TrainerSign?
    var seconds = 0.0

    /// Its first event was a start event.
    var beganWithStart: Bool {
        if case .start? = events.first?.event { true } else { false }
    }

    /// Seconds from its first step to its last event.
    var trainingSeconds: Double {
        guard let first = events.first(where: { $0.event.trainedStep != nil }) else { return 0 }
        return events.last!.seconds - first.seconds
    }

    /// All its events came in one moment.
    var cameAtOnce: Bool { (events.last?.seconds ?? 0) - (events.first?.seconds ?? 0) < Self.momentSeconds }

    /// The seconds between its events where nearly all of them came with others, after a longer silence; nil where they
    /// came one by one.
    var burstSeconds: Double? {
        let times = events.map(\.seconds), gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        guard events.count >= Self.fewestEvents else { return nil }
        if cameAtOnce { return times[0] > Self.longGap ? times[0] : nil }
        let together = gaps.count { $0 < Self.togetherSeconds }, longest = gaps.max() ?? 0
        return 5 * together >= 4 * gaps.count && longest > Self.longGap ? longest : nil
    }

    /// Fewer events may come together by chance. A run is looked at every 20 milliseconds.
    private static let fewestEvents = 8, momentSeconds = 0.1, togetherSeconds = 0.005, longGap = 0.5

    /// The longest time that passed without an event.
    var longestSilence: Double {
        let times = [0] + events.map(\.seconds) + [seconds]
        return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
    }

    /// Calls the trainer of a run, and asks it to stop at its first event from a step on; nil lets it run to its end.
    init(_ folder: RunFolder, stopFrom goal: Int? = nil) {
        let stop = StopRequest(), began = ContinuousClock.now
        let seen = Seen()
        var options = TrainingOptions(scalebenchVersion: ScalebenchVersion.current)
        options.watchTrainer = { sign in
            let seconds = began.duration(to: .now).seconds
            seen.state.withLock { state in
                guard case .event(let event) = sign else { return state.exit = sign }
                state.events.append((event, seconds))
                guard let goal, let step = event.trainedStep, step >= goal, state.stopSeconds == nil else { return }
                state.stopSeconds = seconds
                stop.request()
            }
        }
        outcome = Result { try TrainingRun(folder, options: options).perform(stop: stop) }
        seconds = began.duration(to: .now).seconds
        let state = seen.state.withLock { $0 }
        (events, stopSeconds, exit) = (state.events, state.stopSeconds, state.exit)
    }

    private final class Seen: Sendable {
        struct State: Sendable {
            var events: [(event: RunEvent, seconds: Double)] = []
            var stopSeconds: Double?
            var exit: TrainerSign?
        }
        let state = Mutex(State())
    }
}

extension RunEvent {
    /// The step after which a step or evaluation event was written; nil for other events.
    var trainedStep: Int? {
        switch self {
        case .step(let step): step.step
        case .evaluation(let evaluation): evaluation.step
        case .start, .checkpoint, .end: nil
        }
    }
}
