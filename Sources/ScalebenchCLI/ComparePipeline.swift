// `scalebench compare` from two files to a verdict: plan, data, ladder, prediction, target, verdict.

import ArgumentParser
import Comparison
import Foundation
import Launching
import Reporting
import RunStore
import ScalebenchCore
import TokenData

struct ComparePipeline {
    let candidates: [String]
    let options: LadderOptions
    let output: OutputOptions

    /// What a comparison ends with.
    struct Outcome {
        var content: ReportContent
        /// Where the report belongs in the store; nil where that cannot be written.
        var report: String?
        /// Set when runs failed: the verdict rests on the others.
        var failure: ScalebenchError?
    }

    /// Nil after `--dry-run`.
    /// - Throws: `ExitCode(75)` when stopped by a signal, the same command goes on later; `runFailed` when so many runs
    ///   failed that nothing can be judged.
    func run() async throws -> Outcome? {
        let locator = DatasetLocator.standard(embedded: EmbeddedFiles.datasets)
        let (plan, data) = try makePlan(locator)
        if options.dryRun {
            try printPlan(plan, try entropies(plan, locator))
            return nil
        }
        let store = try RunStore(root: storePath)
        let entropies = try entropies(plan, locator)
        for entry in plan.entries(writtenAt: Date.now.formatted(.iso8601), knownFloor: entropies?.mean) {
            try store.add(entry)
        }
        let stop = StopRequest.listenToSignals()
        let session = LadderSession(
            plan: plan, store: store, workers: workers, stop: stop, isQuiet: output.quiet,
            dataset: { try prepare(plan.suite.dataset, locator) }, plainTokens: locator.plainTokens)

        try await session.train { $0 != .target }
        var further: BudgetResult?
        if let budget = options.budget {
            var training = furtherTraining(plan, entropies, budget)
            further = try await training.run(session)
            for entry in session.plan.entries(writtenAt: Date.now.formatted(.iso8601), knownFloor: entropies?.mean) {
                try store.add(entry)
            }
        } else if !options.predictOnly {
            if try session.hasWork(at: { $0 == .target }) {
                // Where nothing can be foretold, the target is what is left to ask.
                for pair in (try? judge(plan, data, entropies, session, \.withoutTarget))?.pairs ?? [] {
                    session.log("prediction from the ladder: \(Phrase.sentence(pair, unit: " nats/token"))")
                }
            }
            try await session.train(
                at: { $0 == .target }, stoppingBy: options.stopEarly ? judge(plan, entropies) : nil)
        }
        var result: CompareResult
        do {
            result = try judge(
                session.plan, data, entropies, session, options.predictOnly ? \.withoutTargetResults : \.self)
            result.furtherRuns = further
        } catch let error as ScalebenchError where error.code == .invalidInput {
            // Too little is left to judge: the failures are the reason.
            throw session.failure ?? error
        }
        var content = ReportContent(result, plan: session.plan, records: try session.records())
        if let hash = StoredReport.executableHash() { content.provenance.append(("program", "SHA-256 \(hash)")) }
        return Outcome(
            content: content,
            report: try StoredReport.file(session.plan, store: storePath, includesTarget: !options.predictOnly),
            failure: session.failure)
    }

    private func makePlan(_ locator: DatasetLocator) throws -> (ComparisonPlan, DatasetDescription) {
        let located = try SuiteLocator.find(options.suite ?? EmbeddedFiles.defaultSuite)
        var suite = located.suite
        if let dataset = options.dataset { suite.dataset = dataset }
        let names = candidates.isEmpty ? suite.candidates : candidates
        guard names.count >= 2 else {
            throw ScalebenchError(
                .invalidInput, "suite \(suite.name) names no candidates to compare",
                hint: "name two: scalebench compare a.json b.json --suite \(suite.name)")
        }
        let chosen = try names.map { try located.candidate($0) }
        try refuseEqualNames(chosen)
        guard !options.stopEarly || suite.evaluation.curvePoints > 1 else {
            throw ScalebenchError(
                .invalidInput, "suite \(suite.name) evaluates its runs only at their end: nothing to stop them by",
                at: "evaluation.curvePoints", hint: "raise it, or leave out --stop-early")
        }
        let data = try locator.describe(suite.dataset)
        try checkSize(data, for: suite)
        let plan = try ComparisonPlan(
            suite: suite, candidates: chosen, vocabularySize: data.vocabularySize, dataHash: data.contentHash,
            firstSeed: options.firstSeed)
        return (plan, data)
    }

    /// Found here rather than in every run.
    private func checkSize(_ data: DatasetDescription, for suite: Suite) throws {
        let needed = max(suite.evaluation.sequences, suite.evaluation.curveSequences)
        let present = data.validationSequences(contextLength: suite.contextLength)
        guard present >= needed else {
            throw ScalebenchError(
                .invalidInput,
                "data set \"\(data.name)\" has \(present) validation sequences of \(suite.contextLength) tokens, "
                    + "suite \(suite.name) evaluates on \(needed)", at: "evaluation.sequences",
                hint: "use more text (a tenth of it becomes validation), or a suite with fewer evaluation.sequences")
        }
    }

    private func refuseEqualNames(_ candidates: [Candidate]) throws {
        var seen: Set<String> = []
        for candidate in candidates where !seen.insert(candidate.name).inserted {
            throw ScalebenchError(
                .invalidInput, "two candidates are named \"\(candidate.name)\"", at: "name",
                hint: "give each candidate file a name of its own")
        }
    }

    private func prepare(_ name: String, _ locator: DatasetLocator) throws -> TokenDataset {
        let line = LiveLine(isQuiet: output.quiet)
        defer { line.clear() }
        return try locator.prepare(name) { fraction in
            if StopRequest.fromSignals.isRequested {
                line.clear()
                LiveLine.print("Stopped while the data set was made; the same command starts that again.")
                throw ExitCode(StopRequest.exitStatus)
            }
            line.show("preparing data set \(name): \(Int(100 * fraction)) %")
        }
    }

    private func furtherTraining(
        _ plan: ComparisonPlan, _ entropies: [Double]?, _ budget: Budget
    ) -> FurtherTraining {
        let costs = CostModel(), until = options.until ?? plan.suite.thresholds.decisiveProbability
        // What ends a run at the target must be enough for the budget too.
        var strict = plan.suite.thresholds
        strict.decisiveProbability = max(strict.decisiveProbability, until)
        return FurtherTraining(
            further: FurtherPlan(
                plan, judge: judge(plan, entropies), until: until, budget: budget, workers: workers,
                includesTarget: !options.predictOnly, estimate: { costs.cost($0).seconds }),
            stopping: options.stopEarly ? Judge(thresholds: strict, knownFloor: entropies?.mean) : nil)
    }

    private func printPlan(_ plan: ComparisonPlan, _ entropies: [Double]?) throws {
        // A dry run leaves nothing behind, not even an empty store.
        let exists = FileManager.default.fileExists(atPath: "\(storePath)/store.json")
        let store = exists ? try RunStore(root: storePath) : nil
        let costs = CostModel()
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs { records[run.id] = try store?.record(run.id) }
        let decided = Set(options.stopEarly ? judge(plan, entropies).runsDecidedEarly(plan, records).map(\.id) : [])
        func isDone(_ id: RunID) -> Bool {
            guard let record = try? store?.record(id) else { return false }
            return record.isFinished || (record.isWaiting && decided.contains(id))
        }
        func left(_ run: ComparisonPlan.Run) -> Double {
            isDone(run.id) ? 0 : 1 - Double(records[run.id]?.checkpointStep ?? 0) / Double(run.spec.steps)
        }
        print(PlanReport.render(plan, workers: workers, cost: costs.cost, left: left), terminator: "")
        guard let budget = options.budget else {
            // A ladder that has been trained can tell what would come after it.
            guard plan.runs(at: { $0 != .target }).allSatisfy({ isDone($0.id) }) else { return }
            for next in try judge(plan, entropies).result(plan.ladder(records)).pairs.compactMap(\.nextRuns.first) {
                print(Phrase.nextStep(next))
            }
            return
        }
        let until = options.until ?? plan.suite.thresholds.decisiveProbability
        print("then " + Phrase.furtherRunsToCome(until: until, budget: budget, includesTarget: !options.predictOnly))
        var training = furtherTraining(plan, entropies, budget)
        print(try training.preview(record: { try store?.record($0) }, isDone: isDone), terminator: "")
    }

    private func judge(_ plan: ComparisonPlan, _ entropies: [Double]?) -> Judge {
        Judge(thresholds: plan.suite.thresholds, knownFloor: entropies?.mean)
    }

    /// - Parameters:
    ///   - entropies: of the validation sequences, where they are known.
    ///   - view: which part of the ladder is judged.
    private func judge(
        _ plan: ComparisonPlan, _ data: DatasetDescription, _ entropies: [Double]?, _ session: LadderSession,
        _ view: KeyPath<Ladder, Ladder>
    ) throws -> CompareResult {
        let records = try session.records()
        let suite = plan.suite
        let coverage = coverage(of: plan, data)
        var result = try judge(plan, entropies).result(
            plan.ladder(records)[keyPath: view], question: suite.question,
            suite: .init(
                name: suite.name, version: suite.version, dataset: suite.dataset,
                dataHash: data.contentHash, thresholds: suite.thresholds),
            findings: Checks.failedRuns(plan, reasons: session.failures)
                + (coverage.map { Checks.repeatedTokens($0) } ?? []), until: options.until)
        result.dataCoverage = coverage
        result.stoppedEarly = StoppedEarly(plan, records)
        result.approximationGap = entropies.flatMap {
            ApproximationGap(plan, records, entropies: $0, includesTarget: view == \.self)
        }
        return result
    }

    /// Planted runs read no data: their losses have nothing to do with it.
    private func readsData(_ plan: ComparisonPlan) -> Bool {
        !plan.candidates.contains { candidate in
            if case .planted = candidate.trainer { true } else { false }
        }
    }

    /// Of the plan's longest run.
    private func coverage(of plan: ComparisonPlan, _ data: DatasetDescription) -> CompareResult.Coverage? {
        guard readsData(plan) else { return nil }
        let sequences = plan.runs.map { $0.spec.steps * $0.spec.batchSequences }.max() ?? 0
        return data.coverage(sequences: sequences, contextLength: plan.suite.contextLength).map {
            CompareResult.Coverage(passes: $0.passes, repeatedShare: $0.repeatedShare)
        }
    }

    /// Of the validation sequences, where it is known and a model of this context can reach it.
    private func entropies(_ plan: ComparisonPlan, _ locator: DatasetLocator) throws -> [Double]? {
        guard readsData(plan) else { return nil }
        return try locator.validationEntropy(
            plan.suite.dataset, sequences: plan.suite.evaluation.sequences, contextLength: plan.suite.contextLength)
    }

    private var storePath: String { options.store ?? RunStore.defaultRoot }

    private var workers: Int { options.workers ?? ProcessInfo.processInfo.activeProcessorCount }
}
