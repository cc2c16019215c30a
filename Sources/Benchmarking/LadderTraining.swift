// Trains what the store does not have yet.

import Comparison
import Foundation
import Launching
import RunStore
import ScalebenchCore

/// Trains the runs of one comparison with a launcher, and reads their records from the store.
final class LadderTraining {
    /// The plan, which may grow between two calls of `train`.
    var plan: ComparisonPlan
    private let store: RunStore
    private let launching: RunLaunching
    private let stop: StopRequest
    private let progress: (any ComparisonProgress)?
    private let dataset: RunDataset
    /// The reasons why runs have no result, for a person.
    private(set) var failures: [RunID: String] = [:]
    /// The runs that were not started, because others of their candidates failed alike.
    private(set) var unstarted: Set<RunID> = []
    let failFast = FailFast()

    init(
        plan: ComparisonPlan, store: RunStore, launching: RunLaunching, stop: StopRequest,
        progress: (any ComparisonProgress)?, dataset: RunDataset
    ) {
        self.plan = plan
        self.store = store
        self.launching = launching
        self.stop = stop
        self.progress = progress
        self.dataset = dataset
    }

    /// The records of all runs of the plan at the wanted places that have begun. A run whose events cannot be read counts as
    /// failed, so that it does not keep the others from being judged.
    func records(at isWanted: (LadderPlace) -> Bool = { _ in true }) -> [RunID: RunRecord] {
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs(at: isWanted) {
            do {
                records[run.id] = try store.record(run.id)
            } catch {
                failures[run.id] = "\(error)"
            }
        }
        return records
    }

    /// Whether runs of the candidates at the wanted places are still to be trained.
    func hasWork(at isWanted: (LadderPlace) -> Bool, of candidates: Set<Int>) -> Bool {
        runsToDo(at: isWanted).contains { !candidates.isDisjoint(with: $0.candidates) }
    }

    func note(_ event: ComparisonEvent) { progress?.note(event) }

    /// Trains the unfinished runs at the wanted places, most expensive first, but the start of a longer run before it. A run that fails does not keep others
    /// from being trained; `failures` gains its reason.
    /// - Parameters:
    ///   - candidates: the candidates whose runs are wanted; nil for all.
    ///   - fraction: the fraction of their schedule up to which runs are wanted.
    ///   - judge: ends runs at the target as soon as their comparison is decided; nil trains them to their end.
    /// - Throws: `ComparisonInterrupted` after a stop.
    func train(
        at isWanted: (LadderPlace) -> Bool, of candidates: Set<Int>? = nil, upTo fraction: Double = 1,
        stoppingBy judge: Judge? = nil
    ) async throws {
        var work = runsToDo(at: isWanted, upTo: fraction)
        if let candidates { work.removeAll { candidates.isDisjoint(with: $0.candidates) } }
        if let judge {
            let records = records()
            let decided = Set(judge.runsDecidedEarly(plan, records).map(\.id))
            work.removeAll { decided.contains($0.id) && records[$0.id]?.isWaiting == true }
        }
        let hopeless = work.filter(failFast.hasStopped)
        leaveOut(hopeless)
        work.removeAll { run in hopeless.contains { $0.id == run.id } }
        guard !work.isEmpty else { return }
        work = ordered(work)
        try store.requireWritable()
        let described = work.map { self.described($0, upTo: fraction) }
        for (run, description) in zip(work, described) where (try? store.record(run.id))?.hasTornLine == true {
            note(.droppedTornEvent(description))
        }
        try prepare(work, upTo: fraction)
        let results = try await launch(work, described, upTo: fraction, stoppingBy: judge)
        try checkPending(work, results)
        try checkStop()
        for (run, result) in zip(work, results) {
            guard result.status != .notStarted else {
                leaveOut([run])
                continue
            }
            unstarted.remove(run.id)
            failures[run.id] = failure(of: run, result, upTo: fraction, isJudged: judge != nil)
        }
    }

    /// Notes runs that are not started. One that has failed before counts as failed.
    private func leaveOut(_ runs: [ComparisonPlan.Run]) {
        unstarted.formUnion(runs.map(\.id).filter { failures[$0] == nil })
    }

    /// Writes the jobs of runs, and the steps up to which they are wanted.
    private func prepare(_ work: [ComparisonPlan.Run], upTo fraction: Double) throws {
        try checkStop()
        for run in work {
            let launch = plan.candidates[run.candidates[0]].launch
            try store.prepare(
                RunJob(
                    run.spec, dataset: try dataset.source(for: run.spec.trainer), launch: launch, trunk: trunk(of: run))
            )
            try store.stopEarly(run.id, from: fraction < 1 ? run.step(at: fraction) : nil)
        }
        try checkStop()
    }

    /// The runs from which this one can go on, and the unfinished ones that can go on from it; nil where there are none.
    private func trunk(of run: ComparisonPlan.Run) -> RunJob.Trunk? {
        let shorter = plan.shorterRuns(than: run).map(\.id)
        let longer = plan.longerRuns(than: run).filter { (try? store.record($0.id))?.isFinished != true }
        return shorter.isEmpty && longer.isEmpty ? nil : RunJob.Trunk(shorter: shorter, longer: longer.map(\.spec))
    }

    /// By folder, the run that is trained before another one because that goes on from it.
    private func predecessors(in work: [ComparisonPlan.Run]) -> [RunFolder: RunFolder] {
        let present = Set(work.map(\.id))
        return work.reduce(into: [:]) { result, run in
            let start = plan.shorterRuns(than: run).first { present.contains($0.id) }
            result[store.folder(of: run.id)] = start.map { store.folder(of: $0.id) }
        }
    }

    /// The runs in the order in which they are started: those first that begin the longest way to a result.
    private func ordered(_ work: [ComparisonPlan.Run]) -> [ComparisonPlan.Run] {
        let before = predecessors(in: work)
        var flops = Dictionary(uniqueKeysWithValues: work.map { (store.folder(of: $0.id), $0.spec.flops) })
        // The most expensive come first, so that a run is met before what it goes on from.
        for run in work {
            let folder = store.folder(of: run.id)
            if let start = before[folder] { flops[start] = max(flops[start] ?? 0, flops[folder] ?? 0) }
        }
        return work.sorted { flops[store.folder(of: $0.id)] ?? 0 > flops[store.folder(of: $1.id)] ?? 0 }
    }

    private func launch(
        _ work: [ComparisonPlan.Run], _ described: [TrainingBatch.Run], upTo fraction: Double, stoppingBy judge: Judge?
    ) async throws -> [LaunchResult] {
        let launcher = try launching.launcher(of: work, in: plan, store)
        let byFolder = Dictionary(
            uniqueKeysWithValues: zip(work, described).map { ($1.folder, (planned: $0, described: $1)) })
        note(
            .trainingBegan(
                TrainingBatch(runs: described, workers: launching.workers) { [plan, launching] in
                    launching.isLocal ? CostModel.estimates(work, of: plan, upTo: fraction) : [:]
                }))
        defer { note(.trainingEnded) }
        let store = store, progress = progress, stop = stop, order = predecessors(in: work), failFast = failFast
        return try await watchTarget(judge) {
            try await launcher.launch(
                work.map { store.folder(of: $0.id) }, after: order, stop: stop,
                isWanted: { folder in byFolder[folder.path].map { !failFast.hasStopped($0.planned) } ?? true }
            ) { event in
                switch event {
                case .note(let text): progress?.note(.launcherNote(text))
                case .started(let folder):
                    if let run = byFolder[folder.path]?.described { progress?.note(.runStarted(run)) }
                case .finished(let result):
                    guard let run = byFolder[result.folder.path] else { return }
                    let record = try? store.record(run.planned.id)
                    if result.hasEnded { failFast.note(run.planned, failure: result.failure(record), record) }
                    progress?.note(.runEnded(run.described, RunOutcome(result, record)))
                }
            }
        }
    }

    private func described(_ run: ComparisonPlan.Run, upTo fraction: Double) -> TrainingBatch.Run {
        TrainingBatch.Run(
            id: run.id.rawValue, description: plan.describe(run), folder: store.folder(of: run.id).path,
            steps: run.spec.steps, goalStep: run.step(at: fraction))
    }

    /// Judges the runs at the target after each of their evaluations while `body` trains them, and ends those whose
    /// comparison is decided.
    private func watchTarget<Result: Sendable>(
        _ judge: Judge?, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let judge else { return try await body() }
        let ladder = records(), plan = plan, store = store
        let watching = Task {
            var seen = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(100))
                var records = ladder
                for run in plan.runs(at: { $0 == .target }) { records[run.id] = try? store.record(run.id) }
                let evaluations = records.values.reduce(0) { $0 + $1.evaluations.count }
                guard evaluations != seen else { continue }
                seen = evaluations
                // A run whose folder cannot be written goes on.
                for run in judge.runsDecidedEarly(plan, records) { try? store.stopEarly(run.id, from: 0) }
            }
        }
        defer { watching.cancel() }
        return try await body()
    }

    /// The wanted runs that have no result and have not been trained up to the fraction. A candidate that failed on the
    /// ladder is not trained at the target, where failing is most expensive.
    private func runsToDo(
        at isWanted: (LadderPlace) -> Bool, upTo fraction: Double = 1
    ) -> [ComparisonPlan.Run] {
        let records = self.records()
        let failed = Set(plan.runs.filter { failures[$0.id] != nil }.flatMap(\.candidates))
        return plan.runs(at: isWanted).filter { run in
            !run.hasReached(fraction, records[run.id])
                && (run.place != .target || failed.isDisjoint(with: run.candidates))
        }
    }

    private func checkStop() throws {
        guard stop.isRequested else { return }
        throw ComparisonInterrupted(finished: finishedRuns)
    }

    /// Ends the comparison where runs go on without this process.
    private func checkPending(_ work: [ComparisonPlan.Run], _ results: [LaunchResult]) throws {
        let submitted = zip(work, results).filter { $1.status == .submitted }.map(\.0)
        guard !submitted.isEmpty else { return }
        let runs = submitted.map { run in
            PendingRuns.Run(
                id: run.id.rawValue, description: plan.describe(run), folder: store.folder(of: run.id).absolute.path,
                flops: run.spec.flops)
        }
        throw ComparisonInterrupted(
            finished: finishedRuns, pending: PendingRuns(areSubmitted: !launching.isPreparing, runs: runs))
    }

    private var finishedRuns: (runs: Int, planned: Int) {
        (records().values.count(where: \.isFinished), plan.runs.count)
    }

    // MARK: - Failures

    /// The reason why a run has no result after training; nil where it was trained as far as it was wanted.
    private func failure(
        of run: ComparisonPlan.Run, _ result: LaunchResult, upTo fraction: Double, isJudged: Bool
    ) -> String? {
        switch result.status {
        case .finished:
            // Another compare may want less of a run than this one.
            let hasCome = isJudged || run.hasReached(fraction, try? store.record(run.id))
            return hasCome ? failures[run.id] : "stopped by another process"
        case .failed: return result.failure(try? store.record(run.id))
        case .interrupted: return "interrupted after a checkpoint, or stopped by another process; it can go on"
        case .notStarted, .submitted: return "stopped by another process"
        }
    }

    /// The findings about runs that failed or were not started.
    var findings: [Finding] {
        let alike = plan.candidates.indices.map { failFast.failedAlike($0) }
        return Checks.trainersNotHashed(plan) + Checks.failedRuns(plan, reasons: failures)
            + Checks.unstartedRuns(plan, unstarted: unstarted, failedAlike: alike)
    }

    /// The error to report when runs failed; nil where none did.
    var failure: ScalebenchError? {
        let failed = plan.runs.filter { failures[$0.id] != nil }
        guard let first = failed.first, let reason = failures[first.id] else { return nil }
        let others = unstarted.isEmpty ? "" : ", \(unstarted.count) more were not started"
        return ScalebenchError(
            .runFailed, "\(failed.count) of \(plan.runs.count) runs failed\(others); the others are kept",
            at: store.root,
            hint: "the same command tries the failed runs again", cause: "\(plan.describe(first)): \(reason)")
    }
}

extension LaunchResult {
    /// Whether the run's process ended by itself, well or badly.
    fileprivate var hasEnded: Bool { status != .interrupted && status != .notStarted && status != .submitted }

    /// Why the run failed, in the words of its record where it has them; nil where it did not fail.
    fileprivate func failure(_ record: RunRecord?) -> String? {
        guard case .failed(let explanation) = status else { return nil }
        return record?.end?.status == .failed ? record?.end?.reason ?? explanation : explanation
    }
}

extension RunOutcome {
    init(_ result: LaunchResult, _ record: RunRecord?) {
        switch result.status {
        case .interrupted: self = .interrupted
        case .notStarted, .submitted: self = .notStarted
        case .failed: self = .failed
        case .finished:
            let step = record?.end?.step ?? 0
            self =
                switch record?.end?.status {
                case .diverged: .diverged
                case .stoppedEarly: .stoppedEarly(step: step)
                case .paused: .paused(step: step)
                default: .completed(loss: record?.finalEvaluation?.natsPerToken)
                }
        }
    }
}

extension ComparisonPlan {
    /// A run in words: `width 48, constant, seed 1`.
    func describe(_ run: Run) -> String {
        let names = run.candidates.map { SafeText.line(candidates[$0].name, limit: 30) }.joined(separator: " = ")
        return "\(label(of: run.place)), \(names), seed \(run.spec.seed)"
    }
}
