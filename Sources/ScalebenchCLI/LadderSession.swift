// Training what the store does not have yet, and telling a person how it goes.

import ArgumentParser
import Comparison
import Foundation
import Launching
import Reporting
import RunStore
import ScalebenchCore
import TokenData

/// One compare's dealings with store and launcher.
final class LadderSession {
    private let plan: ComparisonPlan
    private let store: RunStore
    private let workers: Int
    private let stop: StopRequest
    private let isQuiet: Bool
    private let makeDataset: () throws -> TokenDataset
    private var preparedDataset: TokenDataset?

    /// - Parameter dataset: makes the data set ready; called once, and only when something has to be trained.
    init(
        plan: ComparisonPlan, store: RunStore, workers: Int, stop: StopRequest, isQuiet: Bool,
        dataset: @escaping () throws -> TokenDataset
    ) {
        self.plan = plan
        self.store = store
        self.workers = workers
        self.stop = stop
        self.isQuiet = isQuiet
        makeDataset = dataset
    }

    /// What every run of the plan has left so far.
    func records() throws -> [RunID: RunRecord] {
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs { records[run.id] = try store.record(run.id) }
        return records
    }

    func hasWork(at isWanted: (ComparisonPlan.Place) -> Bool) -> Bool {
        plan.runs(at: isWanted).contains { (try? store.record($0.id))?.isFinished != true }
    }

    func log(_ text: String) {
        if !isQuiet { LiveLine.print(text) }
    }

    /// Trains the unfinished runs at the wanted places, most expensive first.
    /// - Throws: `ExitCode(75)` after a stop; `runFailed` when runs failed, once all others have ended.
    func train(at isWanted: (ComparisonPlan.Place) -> Bool) async throws {
        let all = plan.runs(at: isWanted)
        let records = try self.records()
        let work = all.filter { records[$0.id]?.isFinished != true }
        guard !work.isEmpty else { return }
        try store.requireWritable()
        try checkStop()
        for run in work { try store.prepare(RunJob(run.spec, dataset: try dataset(for: run.spec.trainer))) }
        try checkStop()
        let monitor = LadderMonitor(plan: plan, work: work, store: store, workers: workers, isQuiet: isQuiet)
        let launcher = LocalLauncher(executable: try Self.executable(), slots: workers)
        let results = try await monitor.watch {
            try await launcher.launch(work.map { self.store.folder(of: $0.id) }, stop: self.stop) { monitor.note($0) }
        }
        try checkStop()
        try refuseFailures(results, of: work)
    }

    /// What the trainer reads; made ready when the first run needs it.
    private func dataset(for trainer: TrainerConfig) throws -> RunJob.Dataset? {
        if case .planted = trainer { return nil }
        let dataset = try preparedDataset ?? makeDataset()
        preparedDataset = dataset
        return RunJob.Dataset(name: dataset.name, folder: URL(fileURLWithPath: dataset.folder).path)
    }

    private func checkStop() throws {
        guard stop.isRequested else { return }
        let finished = try records().values.filter(\.isFinished).count
        LiveLine.print("Stopped. \(finished) of \(plan.runs.count) runs are finished; the same command goes on.")
        throw ExitCode(StopRequest.exitStatus)
    }

    private func refuseFailures(_ results: [LaunchResult], of work: [ComparisonPlan.Run]) throws {
        let failures = zip(work, results).compactMap { run, result -> String? in
            switch result.status {
            case .finished: nil
            case .failed(let explanation): "\(describe(run)): \(explanation)"
            case .interrupted, .notStarted: "\(describe(run)): stopped by another process"
            }
        }
        guard let first = failures.first else { return }
        throw ScalebenchError(
            .runFailed, "\(failures.count) of \(work.count) runs failed; the others are kept",
            at: store.root, hint: "the same command tries the failed runs again", cause: first)
    }

    private func describe(_ run: ComparisonPlan.Run) -> String {
        plan.describe(run)
    }

    private static func executable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw ScalebenchError(.runFailed, "this program cannot find its own file")
        }
        return path
    }
}

extension ComparisonPlan {
    /// `width 48, constant, seed 1`.
    func describe(_ run: Run) -> String {
        let names = run.candidates.map { SafeText.line(candidates[$0].name, limit: 30) }.joined(separator: " = ")
        return "\(label(of: run.place)), \(names), seed \(run.spec.seed)"
    }
}
