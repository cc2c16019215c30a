// Trains the small runs of baselines again, in a store of their own that is removed at the end, and says whether they
// still are what was recorded.

package import Comparison
import Foundation
import Launching
import RunStore
package import ScalebenchCore
import ScalingLaws
import TokenData

/// The check of one baseline.
package struct BaselineCheckResult: Sendable {
    package var suite: String
    package var candidate: String
    package var state: State
    /// What is not the same here as where the baseline was made.
    package var differences: [MachineFacts.Difference] = []

    package enum State: Sendable {
        /// Its runs at the two smallest places were trained again.
        case checked(BaselineAgreement)
        /// No compare looks for its runs any more, for this reason.
        case outdated(String)
        /// Its runs cannot be trained here, for this reason.
        case notChecked(String)
    }

    /// Whether the baseline is still what a compare on this machine would give.
    package var isGood: Bool {
        switch state {
        case .checked(let agreement): agreement.outcome != .different
        case .outdated: false
        case .notChecked: true
        }
    }
}

/// Checks baselines.
package struct BaselineCheck {
    /// The name or folder of a suite; nil for all baselines.
    package var suite: String?
    /// The number of runs trained at once.
    package var workers: Int
    /// The path of the `scalebench` program; nil for the one beside this program or on the search path.
    package var program: String?

    package init(suite: String?, workers: Int, program: String?) {
        self.suite = suite
        self.workers = workers
        self.program = program
    }

    /// The rungs that are trained again, the cheapest of the ladder.
    private static let rungs = 2

    /// A baseline whose small runs are to be trained.
    private struct Work {
        var entry: BaselineStore.Entry
        var runs: [FinishedRun]
        var jobs: [RunJob]
    }

    /// - Returns: the results in the order of folders.
    /// - Throws: `ComparisonInterrupted` after a stop, `notFound` where there is no baseline, `damagedData` for one that
    ///   cannot be read, `runFailed` where a run fails.
    package func run(
        progress: (any ComparisonProgress)? = nil, stop: StopRequest = StopRequest()
    ) async throws -> [BaselineCheckResult] {
        let located = suite.flatMap { try? SuiteLocator.find($0) }
        let entries = try entries(of: located?.suite.name ?? suite)
        let preparation = BaselinePreparation(located: located, progress: progress, stop: stop)
        let prepared = try entries.map { entry in
            let small = Set(entry.baseline.record.candidate.places.prefix(Self.rungs).map(\.label))
            let runs = try entry.runs().filter { small.contains($0.place) }
            return (
                entry,
                try preparation.jobs(for: runs, of: entry.baseline).map { Work(entry: entry, runs: runs, jobs: $0) }
            )
        }
        let again = try await train(prepared.compactMap { try? $0.1.get() }, progress, stop)
        return prepared.map { entry, work in
            let record = entry.baseline.record
            var result = BaselineCheckResult(
                suite: record.suite.name, candidate: record.candidate.name, state: .notChecked(""))
            switch work {
            case .success(let work): result.take(work.entry.baseline, work.runs, again)
            case .failure(let obstacle): result.state = obstacle.state
            }
            return result
        }
    }

    private func entries(of suite: String?) throws -> [BaselineStore.Entry] {
        let (store, errors) = BaselineStore.survey(suite: suite)
        if let error = errors.first { throw error }
        guard !store.entries.isEmpty else {
            let names = Set(BaselineStore.survey().store.entries.map(\.baseline.record.suite.name)).sorted()
            throw ScalebenchError(
                .notFound, suite.map { "suite \"\($0)\" has no baseline" } ?? "there is no baseline",
                hint: names.isEmpty
                    ? "`scalebench baselines update SUITE` makes one of the runs of a store"
                    : "suites with baselines: \(names.joined(separator: ", "))")
        }
        return store.entries
    }

    /// The records of the runs, trained again.
    private func train(
        _ work: [Work], _ progress: (any ComparisonProgress)?, _ stop: StopRequest
    ) async throws -> [RunID: RunRecord] {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("scalebench-check-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        let store = try RunStore(root: root)
        var batch: [(run: TrainingBatch.Run, flops: Double)] = []
        for one in work {
            for (job, run) in zip(one.jobs, one.runs) where !batch.contains(where: { $0.run.id == job.runID.rawValue })
            {
                try store.prepare(job)
                let words = "\(one.entry.baseline.record.suite.name), \(run.candidate), \(run.place)"
                batch.append((described(job, store, "\(words), seed \(job.spec.seed)"), job.spec.flops))
            }
        }
        guard !batch.isEmpty else { return [:] }
        let runs = batch.sorted { ($0.flops, $0.run.id) > ($1.flops, $1.run.id) }.map(\.run)
        try await launch(runs, store, progress, stop)
        return try runs.reduce(into: [:]) { records, run in
            let id = RunID(rawValue: run.id)
            records[id] = try store.record(id)
        }
    }

    private func described(_ job: RunJob, _ store: RunStore, _ words: String) -> TrainingBatch.Run {
        TrainingBatch.Run(
            id: job.runID.rawValue, description: words, folder: store.folder(of: job.runID).path,
            steps: job.spec.steps, goalStep: job.spec.steps)
    }

    private func launch(
        _ runs: [TrainingBatch.Run], _ store: RunStore, _ progress: (any ComparisonProgress)?, _ stop: StopRequest
    ) async throws {
        let byFolder = Dictionary(uniqueKeysWithValues: runs.map { ($0.folder, $0) })
        progress?.note(.trainingBegan(TrainingBatch(runs: runs, workers: workers) { [:] }))
        defer { progress?.note(.trainingEnded) }
        let launcher = LocalLauncher(executable: try RunProgram.find(program), slots: workers)
        let results = try await launcher.launch(runs.map { RunFolder($0.folder) }, stop: stop) { event in
            switch event {
            case .note: break
            case .started(let folder):
                if let run = byFolder[folder.path] { progress?.note(.runStarted(run)) }
            case .finished(let result):
                guard let run = byFolder[result.folder.path] else { return }
                progress?.note(.runEnded(run, RunOutcome(result, try? store.record(RunID(rawValue: run.id)))))
            }
        }
        if stop.isRequested { throw ComparisonInterrupted(finished: nil) }
        for (run, result) in zip(runs, results) {
            guard case .failed(let explanation) = result.status else { continue }
            throw ScalebenchError(
                .runFailed, "\(run.description) failed", hint: "`scalebench doctor` examines this machine",
                cause: explanation)
        }
    }
}

extension BaselineCheckResult {
    /// Compares the runs of a baseline with the same runs, trained again.
    fileprivate mutating func take(_ baseline: Baseline, _ runs: [FinishedRun], _ again: [RunID: RunRecord]) {
        let noise = baseline.seedNoise
        let pairs = runs.compactMap { run in
            again[run.spec.runID].map {
                BaselineAgreement.Pair(
                    recorded: run.record, again: $0, noise: noise.sigma(at: run.spec.flops))
            }
        }
        state = .checked(BaselineAgreement(pairs))
        let here = runs.compactMap { again[$0.spec.runID]?.start?.facts }.first ?? [:]
        differences = MachineFacts.differences(runs.compactMap { $0.record.start?.facts }, here: here)
    }
}

extension Baseline {
    /// The seed noise of its runs, over all places and members.
    fileprivate var seedNoise: SeedNoise {
        let flops = Dictionary(record.candidate.places.map { ($0.label, $0.flops) }) { first, _ in first }
        let names = Set(runs.map(\.candidate)).sorted()
        let groups = Dictionary(grouping: runs) { [$0.candidate, $0.place] }.sorted {
            $0.key[0] + $0.key[1] < $1.key[0] + $1.key[1]
        }
        return SeedNoise(
            groups: groups.map { key, runs in
                SeedGroup(
                    candidate: names.firstIndex(of: key[0]) ?? 0, scale: flops[key[1]] ?? 1,
                    losses: runs.compactMap(\.natsPerToken))
            })
    }
}
