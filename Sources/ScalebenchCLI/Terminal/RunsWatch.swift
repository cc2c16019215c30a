// What `scalebench runs list --watch` shows: the runs that are under way, until none is.

import Foundation
import Launching
import Reporting
import RunStore
import ScalebenchCore

struct RunsWatch {
    let catalog: () throws -> [CatalogRun]
    let store: RunStore

    private static let interval = Duration.seconds(2)

    /// Draws until nothing waits or runs any more.
    func run() async throws {
        var last = ""
        while true {
            let runs = try catalog()
            let folders = runs.map { store.folder(of: $0.summary.id) }
            var problem: String?, states: [RunFolder: JobState] = [:]
            do {
                states = try await StoredJobs(of: folders, launches: store.launches).states()
            } catch {
                problem = "\(error)"
            }
            let rows = zip(runs, folders).map { WatchedRun($0, job: states[$1]) }
            let text = RunReport.underWay(rows) + (problem.map { $0 + "\n" } ?? "")
            if text != last { try show(text) }
            last = text
            guard problem != nil || rows.contains(where: \.isUnderWay) else { return }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func show(_ text: String) throws {
        let clear = isatty(STDOUT_FILENO) == 1 ? "\u{1B}[H\u{1B}[2J" : ""
        try StandardOutput.write(Data((clear + text).utf8))
        try StandardOutput.flush()
    }
}

extension WatchedRun {
    fileprivate init(_ run: CatalogRun, job: JobState?) {
        var steps: (done: Int, all: Int)?, record: RunRecord?
        if case .trained(let itsJob, let itsRecord) = run.content {
            record = itsRecord
            steps = itsJob.map { (itsRecord?.newestStep ?? 0, $0.spec.steps) }
        }
        let state: State =
            switch (run.summary.status, job) {
            case (.completed, _), (.diverged, _), (.stoppedEarly, nil), (.paused, nil), (.imported, _): .done
            case (.running, _), (_, .running): .running
            case (_, .queued(let reason)): .queued(reason: reason)
            case (.failed, _), (.damaged, _): .failed
            default: .waiting
            }
        let seconds = record?.steps.last?.seconds
        self.init(
            summary: run.summary, state: state, steps: steps,
            secondsLeft: seconds.flatMap { seconds in
                steps.flatMap { $0.done > 0 ? seconds / Double($0.done) * Double($0.all - $0.done) : nil }
            })
    }
}
