// One night of a nightly job: every question is compared, its losses are judged together with those of the nights before,
// and the history remembers all of it.

import Comparison
import Foundation
package import RunStore
package import ScalebenchCore
import ScalingLaws

/// Carries out one night.
package struct NightlySession {
    let file: NightlyFile
    let date: String
    private let workers: Int?
    private let program: String?
    private let progress: (any ComparisonProgress)?
    private let stop: StopRequest

    /// What became of one question.
    package struct Answer: Sendable {
        package var suite: String
        /// The record of the night; nil where the comparison failed.
        package var record: HistoryRecord?
        /// Whether the night had it already.
        package var isOld = false
        package var error: ScalebenchError?
    }

    /// What a night would do for one question.
    package struct Plan {
        package var suite: String
        package var content: Content

        package enum Content {
            /// The night has this question already.
            case done
            case toDo(DryRun)
            case failing(ScalebenchError)
        }
    }

    package init(
        _ file: NightlyFile, date: String, workers: Int? = nil, program: String? = nil,
        progress: (any ComparisonProgress)? = nil, stop: StopRequest = StopRequest()
    ) {
        self.file = file
        self.date = date
        self.workers = workers
        self.program = program
        self.progress = progress
        self.stop = stop
    }

    /// Compares what the night does not have yet. A question that fails stops no other.
    /// - Throws: `ComparisonInterrupted` after a stop: the same command goes on. Other errors for a store that cannot be
    ///   used.
    package func run() async throws -> [Answer] {
        let store = try RunStore(root: file.store)
        try store.requireWritable()
        guard let lock = try NightLock.acquire(store, job: file.name, stop: stop) else {
            throw ComparisonInterrupted(finished: nil, pending: nil)
        }
        defer { lock.release() }
        var answers: [Answer] = [], suites: Set<String> = []
        for question in file.questions {
            do {
                let suite = try SuiteLocator.find(question.suite).suite
                guard suites.insert(suite.name).inserted else { throw Self.twice(suite.name, question.suite) }
                answers.append(try await answer(question, suite, store))
            } catch let error as ScalebenchError {
                answers.append(Answer(suite: question.suite, record: nil, error: error))
            }
        }
        return answers
    }

    /// Says what `run` would do. Nothing is trained or written, and a question that fails stops no other.
    package func dryRun() throws -> [Plan] {
        let exists = FileManager.default.fileExists(atPath: "\(file.store)/store.json")
        let store = exists ? try RunStore(root: file.store) : nil
        var plans: [Plan] = [], suites: Set<String> = []
        for question in file.questions {
            do {
                let suite = try SuiteLocator.find(question.suite).suite
                guard suites.insert(suite.name).inserted else { throw Self.twice(suite.name, question.suite) }
                plans.append(Plan(suite: suite.name, content: try plan(question, suite, store)))
            } catch let error as ScalebenchError {
                plans.append(Plan(suite: question.suite, content: .failing(error)))
            }
        }
        return plans
    }

    private func plan(
        _ question: NightlyFile.Question, _ suite: Suite, _ store: RunStore?
    ) throws -> Plan.Content {
        let past = store.map { self.past(suite, $0) } ?? []
        guard !past.contains(where: { $0.night?.date == date }) else { return .done }
        return .toDo(try ComparisonSession(request(question, suite, night: nights(past))).dryRun())
    }

    /// The history knows a suite by its name.
    private static func twice(_ name: String, _ path: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "another question of this file has a suite called \"\(name)\", too", at: path,
            hint: "rename one of the two suites, or ask in a nightly file with another name")
    }

    private func answer(
        _ question: NightlyFile.Question, _ suite: Suite, _ store: RunStore
    ) async throws -> Answer {
        let past = past(suite, store)
        if let done = past.last(where: { $0.night?.date == date }) {
            return Answer(suite: suite.name, record: done, isOld: true)
        }
        let request = request(question, suite, night: nights(past))
        let outcome = try await ComparisonSession(request, progress: progress, stop: stop).compared()
        var record = try outcome.historyRecord(store: file.store)
        let follower = NightFollower(
            file: file, question: question, date: date, past: past, baselines: try BaselineStore.open(suite: suite.name)
        )
        record.night = HistoryRecord.Night(
            job: file.name, date: date,
            lines: try follower.lines(outcome, record, seeds: Self.seeds(request, suite)))
        try store.append(record)
        return Answer(suite: suite.name, record: record, error: outcome.failure)
    }

    /// The nights of this job and suite, in the order of time.
    private func past(_ suite: Suite, _ store: RunStore) -> [HistoryRecord] {
        store.history().records.filter { $0.night?.job == file.name && $0.suite.name == suite.name }
    }

    private func nights(_ past: [HistoryRecord]) -> Int { Set(past.compactMap { $0.night?.date }).count }

    /// The request of one night. Every night has its own block of seeds; the first block is left to the baseline.
    private func request(_ question: NightlyFile.Question, _ suite: Suite, night: Int) -> ComparisonRequest {
        var request = ComparisonRequest(candidates: question.candidates)
        request.suite = question.suite
        request.dataset = question.dataset
        request.store = file.store
        if let workers { request.workers = workers }
        request.launcher = file.launcher
        request.trainsTarget = question.trainsTarget
        request.trainsAllRungs = true
        request.budget = question.budget
        request.program = program
        request.isReferencePinned = question.usesFreshSeeds
        request.firstSeed = question.usesFreshSeeds ? (night + 1) * Self.seedsPerNight(suite) : 0
        return request
    }

    private static func seedsPerNight(_ suite: Suite) -> Int { max(1, suite.rungs.map(\.seeds).max() ?? 1) }

    private static func seeds(_ request: ComparisonRequest, _ suite: Suite) -> Range<Int> {
        request.firstSeed..<request.firstSeed + seedsPerNight(suite)
    }
}
