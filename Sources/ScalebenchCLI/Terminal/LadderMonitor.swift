// What a person sees while a ladder is trained: on a terminal a live line, elsewhere a log line per event.

import Comparison
import Foundation
import Launching
import Reporting
import RunStore
import ScalebenchCore
import Synchronization

/// Follows the running runs through their event files, so that it works for every launcher.
final class LadderMonitor: Sendable {
    private let plan: ComparisonPlan
    private let runs: [String: ComparisonPlan.Run]
    /// Of their schedule, up to which the runs are trained.
    private let share: Double
    private let store: RunStore
    private let workers: Int
    private let isQuiet: Bool
    private let line: LiveLine
    /// Estimated core-seconds of each run, by folder.
    private let estimates: [String: Double]
    private let state: Mutex<State>

    private struct State {
        var running: [String: Running] = [:]
        var finished = 0
        /// Estimated and true core-seconds of what has been trained so far: their ratio corrects the estimates.
        var estimatedDone = 0.0
        var secondsDone = 0.0
        var estimatedLeft: Double
    }

    private struct Running {
        var started = ContinuousClock.now
        var tail: EventTail
        var lastStep: RunEvent.Step?
        var tokensPerSecond: Double?
    }

    init(
        plan: ComparisonPlan, work: [ComparisonPlan.Run], upTo share: Double, store: RunStore, workers: Int,
        isQuiet: Bool
    ) {
        self.plan = plan
        self.share = share
        self.store = store
        self.workers = workers
        self.isQuiet = isQuiet
        line = LiveLine(isQuiet: isQuiet)
        runs = Dictionary(uniqueKeysWithValues: work.map { (store.folder(of: $0.id).path, $0) })
        let costs = CostModel()
        // Only the live line shows them, and measuring takes a moment.
        let isEstimated = line.isShown
        estimates = runs.mapValues { isEstimated ? share * (costs.cost($0).seconds ?? 0) : 0 }
        state = Mutex(State(estimatedLeft: estimates.values.reduce(0, +)))
    }

    /// Draws while `body` works.
    func watch<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let drawing = Task {
            while !Task.isCancelled {
                draw()
                try? await Task.sleep(for: .milliseconds(250))
            }
        }
        defer {
            drawing.cancel()
            line.clear()
        }
        return try await body()
    }

    /// Takes note of a run that started or ended.
    func note(_ event: LaunchEvent) {
        guard !isQuiet else { return }
        switch event {
        case .started(let folder):
            state.withLock { state in
                var tail = EventTail(folder)
                tail.skipPresent()
                state.running[folder.path] = Running(tail: tail)
            }
            if !line.isShown, let run = runs[folder.path] { LiveLine.print("started   \(plan.describe(run))") }
        case .finished(let result):
            let position = state.withLock { state -> Int in
                if let running = state.running.removeValue(forKey: result.folder.path) {
                    state.secondsDone += running.started.duration(to: .now).seconds
                    state.estimatedDone += estimates[result.folder.path] ?? 0
                }
                state.estimatedLeft -= estimates[result.folder.path] ?? 0
                state.finished += 1
                return state.finished
            }
            report(result, position)
        }
    }

    private func report(_ result: LaunchResult, _ position: Int) {
        guard let run = runs[result.folder.path] else { return }
        let outcome: String
        switch result.status {
        case .finished:
            let record = try? store.record(run.id)
            let loss = record?.finalEvaluation?.natsPerToken
            outcome =
                switch record?.end?.status {
                case .diverged: "diverged"
                case .stoppedEarly: "stopped early at step \(record?.end?.step ?? 0) of \(run.spec.steps)"
                case .paused: "came to step \(record?.end?.step ?? 0) of \(run.spec.steps)"
                default: "loss \(loss.map(Phrase.loss) ?? "–")"
                }
        case .interrupted:
            LiveLine.print("stopped   \(plan.describe(run)): goes on later")
            return
        case .notStarted: return
        case .failed: outcome = "failed"
        }
        if line.isShown, case .finished = result.status { return }
        LiveLine.print("finished  \(plan.describe(run)): \(outcome) (\(position) of \(runs.count))")
    }

    private func draw() {
        guard line.isShown else { return }
        let text = state.withLock { state -> String in
            for key in Array(state.running.keys) { follow(&state.running[key]!) }
            let parts = state.running.sorted { $0.key < $1.key }.compactMap { path, running -> String? in
                runs[path].map { describe($0, running) }
            }
            let left = timeLeft(state).map { " · \(Quantity.duration($0)) left" } ?? ""
            let number = min(state.finished + state.running.count, runs.count)
            return "run \(number) of \(runs.count)\(left) · " + parts.joined(separator: " | ")
        }
        line.show(text)
    }

    private func follow(_ running: inout Running) {
        for case .step(let step) in running.tail.newEvents() {
            if let last = running.lastStep, step.seconds > last.seconds {
                running.tokensPerSecond = Double(step.tokens - last.tokens) / (step.seconds - last.seconds)
            }
            running.lastStep = step
        }
    }

    private func describe(_ run: ComparisonPlan.Run, _ running: Running) -> String {
        var text = plan.describe(run)
        guard let step = running.lastStep else { return text }
        text += " step \(step.step)/\(run.step(at: share))"
        if let loss = step.natsPerToken { text += " loss \(String(format: "%.3f", loss))" }
        if let rate = running.tokensPerSecond { text += " \(Quantity.short(rate)) tok/s" }
        return text
    }

    /// Wall time for the rest, from estimates corrected by what finished runs really took; nil until one has finished.
    private func timeLeft(_ state: State) -> Double? {
        guard state.estimatedDone > 0, state.estimatedLeft > 0 else { return nil }
        let correction = state.secondsDone / state.estimatedDone
        let elapsed = state.running.values.reduce(0.0) { sum, running in
            sum + running.started.duration(to: .now).seconds
        }
        return max(0, state.estimatedLeft * correction - elapsed) / Double(workers)
    }
}
