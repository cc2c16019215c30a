// Runs that are under way, as a terminal shows them.

package import ScalebenchCore

/// One run of a store with what is known of its progress.
package struct WatchedRun: Sendable {
    package enum State: Sendable, Equatable {
        /// Its job waits; the reason in the scheduler's words.
        case queued(reason: String?)
        case running, done, failed
        /// Nobody is at work on it.
        case waiting
    }

    package var summary: RunSummary
    package var state: State
    package var steps: (done: Int, all: Int)?
    package var secondsLeft: Double?

    package init(summary: RunSummary, state: State, steps: (done: Int, all: Int)?, secondsLeft: Double?) {
        self.summary = summary
        self.state = state
        self.steps = steps
        self.secondsLeft = secondsLeft
    }

    package var isUnderWay: Bool {
        switch state {
        case .queued, .running: true
        case .done, .failed, .waiting: false
        }
    }
}

extension RunReport {
    /// The runs that wait, run or have failed, and below them how many there are of each kind; ends with a newline.
    package static func underWay(_ runs: [WatchedRun]) -> String {
        var table = TextTable(
            header: ["run", "state", "candidate", "place", "seed", "step", "loss", "time left"], leftColumns: 4)
        for run in runs where run.isUnderWay || run.state == .failed {
            table.add([
                run.summary.id.rawValue, word(run.state), names(run.summary.candidates), run.summary.place ?? "–",
                String(run.summary.seed), run.steps.map { "\($0.done) of \($0.all)" } ?? "–",
                run.summary.loss.map(Phrase.loss) ?? "–",
                run.state == .running ? run.secondsLeft.map(Quantity.duration) ?? "–" : "–",
            ])
        }
        let shown = runs.contains { $0.isUnderWay || $0.state == .failed }
        return (shown ? table.text + "\n" : "") + counts(runs) + "\n"
    }

    private static func word(_ state: WatchedRun.State) -> String {
        switch state {
        case .queued(let reason): "queued" + (reason.map { " (\(SafeText.line($0, limit: 30)))" } ?? "")
        case .running: "running"
        case .done: "done"
        case .failed: "failed"
        case .waiting: "waiting"
        }
    }

    private static func counts(_ runs: [WatchedRun]) -> String {
        let kinds: [(String, (WatchedRun) -> Bool)] = [
            ("queued", { if case .queued = $0.state { true } else { false } }), ("running", { $0.state == .running }),
            ("done", { $0.state == .done }), ("failed", { $0.state == .failed }),
            ("not under way", { $0.state == .waiting }),
        ]
        let words = kinds.compactMap { word, isOne in
            let count = runs.count(where: isOne)
            return count > 0 ? "\(count) \(word)" : nil
        }
        return words.isEmpty ? "No runs." : words.joined(separator: ", ")
    }
}
