// A comparison with families: candidates that one file sweeps.

import Comparison
import RunStore
import ScalebenchCore

extension ComparisonSession {
    /// Trains the families and the other candidates as far as the verdict needs, and judges the tuned against each other.
    /// - Throws: as `run`; `invalidInput` for a budget, which does not know families.
    func runSweep(
        _ resolved: ResolvedComparison, _ store: RunStore, _ training: LadderTraining
    ) async throws -> ComparisonOutcome {
        guard request.budget == nil else {
            throw ScalebenchError(
                .invalidInput, "a budget does not know which member of a sweep to train", at: "--budget",
                hint: "sweep first, then compare the best members with --budget")
        }
        var sweep = SweepTraining(resolved, request, training)
        try await sweep.run()
        let plan = training.plan, records = training.records()
        for record in plan.tunedRecords(records, writtenAt: Self.now, knownFloor: resolved.knownFloor) {
            try store.add(record)
        }
        do {
            return ComparisonOutcome(
                result: try sweepResult(resolved, training, store, records), plan: plan, records: records,
                report: try StoredReport.file(plan, store: request.store, includesTarget: request.trainsTarget),
                failure: training.failure)
        } catch let error as ScalebenchError where error.code == .invalidInput {
            throw training.failure ?? error
        }
    }

    private func sweepResult(
        _ resolved: ResolvedComparison, _ training: LadderTraining, _ store: RunStore,
        _ records: [RunID: RunRecord]
    ) throws -> CompareResult {
        let plan = training.plan, whole = plan.ladder(records)
        let ladder = request.trainsTarget ? whole : whole.withoutTargetResults
        var context = Judge.Context()
        context.question = plan.suite.question
        context.suite = plan.suiteReference
        context.dataCoverage = resolved.coverage(of: plan)
        context.findings =
            training.findings + Checks.impossibleLosses(plan, records) + Checks.mixedPrecision(plan)
            + (context.dataCoverage.map { Checks.repeatedTokens($0) } ?? [])
            + store.baselineFindings(plan, records)
        context.diagnostics = CandidateDiagnostics.all(
            ladder,
            CandidateDiagnostics.Evidence(
                plan, records, floor: resolved.curveFloor, repeatedShare: resolved.repeatedShare))
        return try resolved.judge.sweepResult(ladder, context, until: request.until)
    }
}
