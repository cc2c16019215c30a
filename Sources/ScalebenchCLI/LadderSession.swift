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
    /// May grow between two calls of `train`.
    var plan: ComparisonPlan
    private let store: RunStore
    private let workers: Int
    private let stop: StopRequest
    private let isQuiet: Bool
    private let makeDataset: () throws -> TokenDataset
    private let plainTokens: (TokenDataset) throws -> RunJob.TokenFiles
    private var preparedDataset: TokenDataset?
    private var preparedTokens: RunJob.TokenFiles?
    /// Why runs of this session have no result, in words for a person.
    private(set) var failures: [RunID: String] = [:]

    /// - Parameters:
    ///   - dataset: makes the data set ready; called once, and only when something has to be trained.
    ///   - plainTokens: its tokens as plain files; called once, and only for an external trainer.
    init(
        plan: ComparisonPlan, store: RunStore, workers: Int, stop: StopRequest, isQuiet: Bool,
        dataset: @escaping () throws -> TokenDataset,
        plainTokens: @escaping (TokenDataset) throws -> RunJob.TokenFiles
    ) {
        self.plan = plan
        self.store = store
        self.workers = workers
        self.stop = stop
        self.isQuiet = isQuiet
        makeDataset = dataset
        self.plainTokens = plainTokens
    }

    /// What every run of the plan has left so far.
    func records() throws -> [RunID: RunRecord] {
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs { records[run.id] = try store.record(run.id) }
        return records
    }

    func hasWork(at isWanted: (ComparisonPlan.Place) -> Bool) throws -> Bool {
        try !runsToDo(at: isWanted).isEmpty
    }

    func log(_ text: String) {
        if !isQuiet { LiveLine.print(text) }
    }

    /// Trains the unfinished runs at the wanted places, most expensive first. A run that fails keeps no other from being
    /// trained; it is noted in `failures`.
    /// - Parameters:
    ///   - candidates: whose runs are wanted; nil for everybody's.
    ///   - share: of their schedule, up to which they are wanted.
    ///   - judge: ends runs at the target as soon as it has seen enough of them; nil trains them to their end.
    /// - Throws: `ExitCode(75)` after a stop.
    func train(
        at isWanted: (ComparisonPlan.Place) -> Bool, of candidates: Set<Int>? = nil, upTo share: Double = 1,
        stoppingBy judge: Judge? = nil
    ) async throws {
        var work = try runsToDo(at: isWanted, upTo: share)
        if let candidates { work.removeAll { candidates.isDisjoint(with: $0.candidates) } }
        if let judge {
            let records = try records()
            let decided = Set(judge.runsDecidedEarly(plan, records).map(\.id))
            work.removeAll { decided.contains($0.id) && records[$0.id]?.isWaiting == true }
        }
        guard !work.isEmpty else { return }
        try store.requireWritable()
        for (run, record) in work.map({ ($0, try? store.record($0.id)) }) where record?.hasTornLine == true {
            log("\(plan.describe(run)): its last event was cut short when it was killed; it is left out")
        }
        try checkStop()
        for run in work {
            let launch = plan.candidates[run.candidates[0]].launch
            try store.prepare(RunJob(run.spec, dataset: try dataset(for: run.spec.trainer), launch: launch))
            try store.stopEarly(run.id, from: share < 1 ? run.step(at: share) : nil)
        }
        try checkStop()
        let monitor = LadderMonitor(
            plan: plan, work: work, upTo: share, store: store, workers: workers, isQuiet: isQuiet)
        let launcher = LocalLauncher(executable: try Self.executable(), slots: workers)
        let results = try await monitor.watch {
            try await self.watchTarget(judge) {
                try await launcher.launch(work.map { self.store.folder(of: $0.id) }, stop: self.stop) {
                    monitor.note($0)
                }
            }
        }
        try checkStop()
        for (run, result) in zip(work, results) {
            switch result.status {
            case .finished:
                // Another compare may want less of a run than this one.
                guard judge == nil, !run.hasReached(share, try store.record(run.id)) else { break }
                failures[run.id] = "stopped by another process"
            case .failed(let explanation):
                let end = try store.record(run.id)?.end
                failures[run.id] = end?.status == .failed ? end?.reason ?? explanation : explanation
            case .interrupted, .notStarted: failures[run.id] = "stopped by another process"
            }
        }
    }

    /// Looks at the runs at the target after each of their evaluations while `body` trains them, and tells those that
    /// `judge` has seen enough of to end.
    private func watchTarget<Result: Sendable>(
        _ judge: Judge?, _ body: @escaping () async throws -> Result
    ) async throws -> Result {
        guard let judge else { return try await body() }
        let ladder = try records(), plan = plan, store = store
        let watching = Task {
            var seen = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(100))
                var records = ladder
                for run in plan.runs(at: { $0 == .target }) { records[run.id] = try? store.record(run.id) }
                let evaluations = records.values.reduce(0) { $0 + $1.evaluations.count }
                guard evaluations != seen else { continue }
                seen = evaluations
                // A folder that cannot be written leaves its run to go on.
                for run in judge.runsDecidedEarly(plan, records) { try? store.stopEarly(run.id, from: 0) }
            }
        }
        defer { watching.cancel() }
        return try await body()
    }

    /// The wanted runs that have no result, or have not come so far. A candidate that failed on the ladder is not trained
    /// at the target, where failing is dearest.
    private func runsToDo(
        at isWanted: (ComparisonPlan.Place) -> Bool, upTo share: Double = 1
    ) throws -> [ComparisonPlan.Run] {
        let records = try self.records()
        let failed = Set(plan.runs.filter { failures[$0.id] != nil }.flatMap(\.candidates))
        return plan.runs(at: isWanted).filter { run in
            !run.hasReached(share, records[run.id]) && (run.place != .target || failed.isDisjoint(with: run.candidates))
        }
    }

    /// What the trainer reads; made ready when the first run needs it.
    private func dataset(for trainer: TrainerConfig) throws -> RunJob.Dataset? {
        if case .planted = trainer { return nil }
        let dataset = try preparedDataset ?? makeDataset()
        preparedDataset = dataset
        var source = RunJob.Dataset(name: dataset.name, folder: URL(fileURLWithPath: dataset.folder).path)
        if case .command = trainer {
            source.tokens = try preparedTokens ?? plainTokens(dataset)
            preparedTokens = source.tokens
        }
        return source
    }

    private func checkStop() throws {
        guard stop.isRequested else { return }
        let finished = try records().values.filter(\.isFinished).count
        LiveLine.print("Stopped. \(finished) of \(plan.runs.count) runs are finished; the same command goes on.")
        throw ExitCode(StopRequest.exitStatus)
    }

    /// What is to be said when runs of this session failed.
    var failure: ScalebenchError? {
        let failed = plan.runs.filter { failures[$0.id] != nil }
        guard let first = failed.first, let reason = failures[first.id] else { return nil }
        return ScalebenchError(
            .runFailed, "\(failed.count) of \(plan.runs.count) runs failed; the others are kept", at: store.root,
            hint: "the same command tries the failed runs again", cause: "\(plan.describe(first)): \(reason)")
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
