// Shows the events of a comparison to a person at a terminal or in a log.

import Benchmarking
import Reporting
import Synchronization

final class TerminalProgress: ComparisonProgress {
    private let isQuiet: Bool
    private let line: LiveLine
    private let monitor = Mutex<LadderMonitor?>(nil)

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        line = LiveLine(isQuiet: isQuiet)
    }

    func note(_ event: ComparisonEvent) {
        switch event {
        case .found(let finding): log(String(PlanReport.finding(finding).dropLast()))
        case .preparingDataset(let name, let fraction):
            line.show("preparing data set \(name): \(Int(100 * fraction)) %")
        case .datasetIsReady: line.clear()
        case .predicted(let pairs):
            for pair in pairs { log("prediction from the ladder: \(Phrase.sentence(pair, unit: " nats/token"))") }
        case .nextStep(let step): log(Phrase.furtherRuns(step))
        case .droppedTornEvent(let run):
            log("\(run.description): its last event was cut short when it was killed; it is left out")
        case .trainingBegan(let batch):
            let monitor = LadderMonitor(batch, isQuiet: isQuiet)
            self.monitor.withLock { $0 = monitor }
            monitor.begin()
        case .runStarted(let run): monitor.withLock { $0 }?.started(run)
        case .runEnded(let run, let outcome): monitor.withLock { $0 }?.ended(run, outcome)
        case .launcherNote(let text): log(text)
        case .trainingEnded:
            monitor.withLock { monitor in
                monitor?.end()
                monitor = nil
            }
        }
    }

    private func log(_ text: String) {
        if !isQuiet { LiveLine.print(text) }
    }
}
