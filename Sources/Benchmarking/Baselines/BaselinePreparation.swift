// Turns the runs of a baseline into jobs that can be trained here, or says why that makes no sense or cannot be done.

import Comparison
import RunStore
import ScalebenchCore
import TokenData

/// Why the runs of a baseline are not trained again.
struct BaselineObstacle: Error {
    var state: BaselineCheckResult.State
}

/// Prepares the runs of baselines; data sets that several share are made ready once.
final class BaselinePreparation {
    /// The suite that was asked for; nil where baselines of all suites are prepared.
    private let located: LocatedSuite?
    private let progress: (any ComparisonProgress)?
    private let stop: StopRequest
    private let locator = DatasetLocator.standard(embedded: EmbeddedFiles.datasets)
    private var datasets: [String: RunDataset] = [:]

    init(located: LocatedSuite?, progress: (any ComparisonProgress)?, stop: StopRequest) {
        self.located = located
        self.progress = progress
        self.stop = stop
    }

    /// - Returns: the jobs in the order of the runs, or what keeps the runs from being trained.
    /// - Throws: `ComparisonInterrupted` when a stop is requested while a data set is made, and the errors of making it.
    func jobs(for runs: [FinishedRun], of baseline: Baseline) throws -> Result<[RunJob], BaselineObstacle> {
        let record = baseline.record
        if let run = runs.first(where: { $0.spec.trainerVersion != $0.spec.trainer.version }) {
            return .failure(
                .outdated("trained by \(run.spec.trainerVersion), this is \(run.spec.trainer.version)"))
        }
        let suite = located ?? (try? SuiteLocator.find(record.suite.name))
        let name = suite?.dataset ?? record.suite.dataset
        let data: DatasetDescription
        do {
            data = try locator.describe(name)
        } catch {
            return .failure(.notChecked("its data set \(record.suite.dataset) is not here"))
        }
        guard data.contentHash == record.suite.dataHash else {
            return .failure(.outdated("the data set \(record.suite.dataset) has changed"))
        }
        let family = try? suite?.family(record.candidate.name)
        if let suite, let family, !isCurrent(record, suite, family, data) {
            return .failure(.outdated("the suite or the candidate has changed"))
        }
        let launches = (family?.members ?? []).reduce(into: [:]) { $0[$1.candidate.name] = $1.candidate.launch }
        return try jobs(runs, dataset(named: name), launches)
    }

    private func jobs(
        _ runs: [FinishedRun], _ dataset: RunDataset, _ launches: [String: TrainerLaunch]
    ) throws -> Result<[RunJob], BaselineObstacle> {
        var jobs: [RunJob] = []
        for run in runs {
            let launch = launches[run.candidate]
            if case .command = run.spec.trainer, launch == nil {
                return .failure(.notChecked("its trainer is not here: the suite has no candidate \(run.candidate)"))
            }
            jobs.append(RunJob(run.spec, dataset: try dataset.source(for: run.spec.trainer), launch: launch))
        }
        return .success(jobs)
    }

    private func dataset(named name: String) -> RunDataset {
        if let known = datasets[name] { return known }
        let dataset = RunDataset(named: name, locator: locator, stop: stop, progress: progress)
        datasets[name] = dataset
        return dataset
    }

    /// Whether a compare of the suite's candidate would look for the recorded runs.
    private func isCurrent(
        _ record: CandidateRecord, _ suite: LocatedSuite, _ family: CandidateFamily, _ data: DatasetDescription
    ) -> Bool {
        guard suite.suite.version == record.suite.version, suite.suite.contentHash == record.suiteHash else {
            return false
        }
        let families = family.settings.isEmpty ? [] : [PlannedFamily(family, first: 0)]
        let plan = try? ComparisonPlan(
            suite: suite.suite, candidates: family.members.map(\.candidate), families: families,
            vocabularySize: data.vocabularySize, dataHash: data.contentHash)
        guard let plan else { return false }
        let own =
            families.isEmpty
            ? plan.candidateRecords(writtenAt: "") : plan.tunedRecords([:], writtenAt: "", knownFloor: nil)
        return own.first?.candidate.recipe == record.candidate.recipe
    }
}

extension BaselineObstacle {
    fileprivate static func outdated(_ reason: String) -> BaselineObstacle {
        BaselineObstacle(state: .outdated(reason))
    }
    fileprivate static func notChecked(_ reason: String) -> BaselineObstacle {
        BaselineObstacle(state: .notChecked(reason))
    }
}
