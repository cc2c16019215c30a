// Shows how a ladder is trained: a live line on a terminal, and elsewhere a log line per event.

import Benchmarking
import Foundation
import Reporting
import RunStore
import ScalebenchCore
import Synchronization

/// Follows the running runs through their event files, so that it works for every launcher.
final class LadderMonitor: Sendable {
    private let batch: TrainingBatch
    private let isQuiet: Bool
    private let line: LiveLine
    /// Estimated core-seconds of each run, by name.
    private let estimates: [String: Double]
    private let state: Mutex<State>

    private struct State {
        var running: [String: Running] = [:]
        var finished = 0
        /// Estimated and true core-seconds of what has been trained so far: their ratio corrects the estimates.
        var estimatedDone = 0.0
        var secondsDone = 0.0
        var estimatedLeft: Double
        var drawing: Task<Void, Never>?
    }

    private struct Running {
        let run: TrainingBatch.Run
        var started = ContinuousClock.now
        var tail: EventTail
        var lastStep: RunEvent.Step?
        var tokensPerSecond: Double?
    }

    init(_ batch: TrainingBatch, isQuiet: Bool) {
        self.batch = batch
        self.isQuiet = isQuiet
        line = LiveLine(isQuiet: isQuiet)
        // Only the live line shows the estimates, and measuring them takes a moment.
        estimates = line.isShown ? batch.estimatedSeconds() : [:]
        state = Mutex(State(estimatedLeft: estimates.values.reduce(0, +)))
    }

    /// Draws the live line until `end`.
    func begin() {
        guard line.isShown else { return }
        let drawing = Task {
            while !Task.isCancelled {
                draw()
                try? await Task.sleep(for: .milliseconds(250))
            }
        }
        state.withLock { $0.drawing = drawing }
    }

    func end() {
        state.withLock { $0.drawing?.cancel() }
        line.clear()
    }

    func started(_ run: TrainingBatch.Run) {
        guard !isQuiet else { return }
        state.withLock { state in
            var tail = EventTail(RunFolder(run.folder))
            tail.skipPresent()
            state.running[run.id] = Running(run: run, tail: tail)
        }
        if !line.isShown { LiveLine.print("started   \(run.description)") }
    }

    func ended(_ run: TrainingBatch.Run, _ outcome: RunOutcome) {
        guard !isQuiet else { return }
        let estimate = estimates[run.id] ?? 0
        let position = state.withLock { state -> Int in
            if let running = state.running.removeValue(forKey: run.id) {
                state.secondsDone += running.started.duration(to: .now).seconds
                state.estimatedDone += estimate
            }
            state.estimatedLeft -= estimate
            state.finished += 1
            return state.finished
        }
        report(run, outcome, position)
    }

    private func report(_ run: TrainingBatch.Run, _ outcome: RunOutcome, _ position: Int) {
        let words: String
        switch outcome {
        case .completed(let loss): words = "loss \(loss.map(Phrase.loss) ?? "–")"
        case .diverged: words = "diverged"
        case .stoppedEarly(let step): words = "stopped early at step \(step) of \(run.steps)"
        case .paused(let step): words = "paused at step \(step) of \(run.steps)"
        case .failed: words = "failed"
        case .interrupted: return LiveLine.print("stopped   \(run.description): goes on later")
        case .notStarted: return
        }
        if line.isShown, outcome != .failed { return }
        LiveLine.print("finished  \(run.description): \(words) (\(position) of \(batch.runs.count))")
    }

    private func draw() {
        let text = state.withLock { state -> String in
            for key in Array(state.running.keys) { follow(&state.running[key]!) }
            let parts = state.running.values.sorted { $0.run.folder < $1.run.folder }.map(describe)
            let left = timeLeft(state).map { " · \(Quantity.duration($0)) left" } ?? ""
            let number = min(state.finished + state.running.count, batch.runs.count)
            return "run \(number) of \(batch.runs.count)\(left) · " + parts.joined(separator: " | ")
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

    private func describe(_ running: Running) -> String {
        var text = running.run.description
        guard let step = running.lastStep else { return text }
        text += " step \(step.step)/\(running.run.goalStep)"
        if let loss = step.natsPerToken { text += " loss \(String(format: "%.3f", loss))" }
        if let rate = running.tokensPerSecond { text += " \(Quantity.short(rate)) tok/s" }
        return text
    }

    /// Seconds of wall time for the rest, from estimates corrected by what finished runs really took; nil until one has
    /// finished.
    private func timeLeft(_ state: State) -> Double? {
        guard state.estimatedDone > 0, state.estimatedLeft > 0 else { return nil }
        let correction = state.secondsDone / state.estimatedDone
        let elapsed = state.running.values.reduce(0.0) { sum, running in
            sum + running.started.duration(to: .now).seconds
        }
        return max(0, state.estimatedLeft * correction - elapsed) / Double(batch.workers)
    }
}
