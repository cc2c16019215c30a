// Carries a comparison from request to result: plan, data, ladder, prediction, target, verdict.

import Comparison
import Foundation
import RunStore
package import ScalebenchCore

/// Carries out one request.
package struct ComparisonSession {
    let request: ComparisonRequest
    private let progress: (any ComparisonProgress)?
    private let stop: StopRequest

    /// A session for one request.
    /// - Parameters:
    ///   - progress: hears of everything that happens; nil where nothing listens.
    ///   - stop: asks for an orderly end; the default never does.
    package init(
        _ request: ComparisonRequest, progress: (any ComparisonProgress)? = nil, stop: StopRequest = StopRequest()
    ) {
        self.request = request
        self.progress = progress
        self.stop = stop
    }

    /// Trains what the store does not have yet, judges, and adds the outcome to the history of the store.
    /// - Throws: `ComparisonInterrupted` after a stop, `runFailed` when so many runs failed that nothing can be judged,
    ///   and other `ScalebenchError`s for a request that cannot be carried out.
    package func run() async throws -> ComparisonOutcome {
        let outcome = try await compared()
        try RunStore(root: request.store).append(try outcome.historyRecord(store: request.store))
        return outcome
    }

    /// The same without the record in the history.
    func compared() async throws -> ComparisonOutcome {
        let resolved = try ResolvedComparison(request)
        var store = try RunStore(root: request.store)
        store.baselines = resolved.baselines
        try keep(resolved.plan, resolved, store)
        for finding in Checks.trainersNotHashed(resolved.plan) { progress?.note(.found(finding)) }
        let training = LadderTraining(
            plan: resolved.plan, store: store, launching: try RunLaunching(request, resolved), stop: stop,
            progress: progress,
            dataset: RunDataset(
                named: resolved.dataset, locator: resolved.locator, stop: stop, progress: progress))

        if !resolved.plan.families.isEmpty { return try await runSweep(resolved, store, training) }
        let open = try await trainLadder(training, resolved)
        var further: BudgetResult?
        if let budget = request.budget {
            var steps = BudgetTraining(resolved, request, budget)
            further = try await steps.run(training)
            try keep(training.plan, resolved, store)
        } else if request.trainsTarget {
            if training.hasWork(at: { $0 == .target }, of: open) {
                // Where the ladder allows no prediction, the target is trained without one.
                let ladder = resolved.plan.ladder(training.records()).withoutTarget
                if let pairs = try? resolved.judge.pairs(ladder, until: request.until) {
                    progress?.note(.predicted(pairs))
                }
            }
            try await training.train(
                at: { $0 == .target }, of: open, stoppingBy: request.trainsAllRungs ? nil : resolved.judge)
        }
        let records = training.records()
        do {
            return ComparisonOutcome(
                result: try result(resolved, training, store, records: records, open: open, further: further),
                plan: training.plan,
                records: records,
                report: try StoredReport.file(
                    training.plan, store: request.store, includesTarget: request.trainsTarget),
                failure: training.failure)
        } catch let error as ScalebenchError where error.code == .invalidInput {
            // Too little is left to judge: what is missing is the reason.
            if let failure = training.failure { throw failure }
            throw Checks.impossibleLosses(training.plan, records).first.map { finding in
                ScalebenchError(error.code, error.message, hint: finding.advice, cause: finding.message)
            } ?? error
        }
    }

    /// Trains the ladder stage by stage; a candidate whose comparison is decided is trained no further.
    ///
    /// A comparison that was interrupted goes on as if it had not been. That is why a stage is judged by its own rungs and
    /// those below it: of later ones, some runs may be there already. Only a complete later stage, or a complete target, is
    /// looked at too, because it costs nothing any more.
    /// - Returns: the candidates whose comparison is open.
    private func trainLadder(_ training: LadderTraining, _ resolved: ResolvedComparison) async throws -> Set<Int> {
        var open = Set(resolved.plan.candidates.indices)
        guard !request.trainsAllRungs else {
            try await training.train { $0 != .target }
            return open
        }
        let stages = resolved.plan.stages
        for (stage, next) in zip(stages, stages.dropFirst().map(Optional.init) + [nil]) where !open.isEmpty {
            try await training.train(at: { $0.isRung(in: stage) }, of: open)
            if let next, !training.hasWork(at: { $0.isRung(in: next) }, of: open) { continue }
            let isTargetComplete = !training.hasWork(at: { $0 == .target }, of: open)
            let records = training.records { isTargetComplete || $0.isRung(in: 0..<stage.upperBound) }
            open = resolved.open(records, request)
        }
        return open
    }

    /// The time now in UTC, as ISO 8601.
    static var now: String { Date.now.formatted(.iso8601) }

    /// Records in the store which runs belong to which candidate.
    private func keep(_ plan: ComparisonPlan, _ resolved: ResolvedComparison, _ store: RunStore) throws {
        for record in plan.candidateRecords(writtenAt: Self.now, knownFloor: resolved.knownFloor) {
            try store.add(record)
        }
    }

    private func result(
        _ resolved: ResolvedComparison, _ training: LadderTraining, _ store: RunStore, records: [RunID: RunRecord],
        open: Set<Int>, further: BudgetResult?
    ) throws -> CompareResult {
        let plan = training.plan, suite = plan.suite
        let ladder = plan.ladder(records)
        var context = Judge.Context()
        context.question = suite.question
        context.suite = plan.suiteReference
        context.dataCoverage = resolved.coverage(of: plan)
        context.findings =
            training.findings + Checks.impossibleLosses(plan, records) + Checks.mixedPrecision(plan)
            + (context.dataCoverage.map { Checks.repeatedTokens($0) } ?? [])
            + store.baselineFindings(plan, records)
        let skipped = plan.runs { request.trainsTarget || $0 != .target }.filter {
            open.isDisjoint(with: $0.candidates)
        }
        context.notNeeded = NotNeeded(skipped, plan, records)
        context.stoppedEarly = StoppedEarly(plan, records)
        context.approximationGap = resolved.entropies.flatMap {
            ApproximationGap(plan, records, entropies: $0, includesTarget: request.trainsTarget)
        }
        context.furtherRuns = further
        let shown = request.trainsTarget ? ladder : ladder.withoutTargetResults
        context.diagnostics = CandidateDiagnostics.all(
            shown,
            CandidateDiagnostics.Evidence(
                plan, records, floor: resolved.curveFloor, repeatedShare: resolved.repeatedShare))
        return try resolved.judge.result(shown, context, until: request.until)
    }
}
