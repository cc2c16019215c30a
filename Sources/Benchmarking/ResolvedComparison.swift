// Resolves a request into the suite, the candidates, the data set, and the plan of runs, in which finished runs of other
// comparisons count. Nothing is trained or written here.

import Comparison
import Foundation
import RunStore
import ScalebenchCore
import ScalingLaws
import TokenData

struct ResolvedComparison {
    let plan: ComparisonPlan
    /// The baselines of the suite; nil where they are not used.
    let baselines: BaselineStore?
    let data: DatasetDescription
    let locator: DatasetLocator
    /// What the data set is found by: a name, or the path of a folder.
    let dataset: String
    /// The launcher that the suite names: a name, or the path of a file; nil where it names none.
    let launcher: String?
    /// The mean −ln p of each validation sequence in nats per token; nil where it is not known, or not what a model of
    /// this context length can reach.
    let entropies: [Double]?

    /// - Parameter allowsOne: whether one candidate is enough, because nothing is judged.
    /// - Throws: `invalidInput` or `notFound` for a request that cannot be carried out, `damagedData` for a baseline that
    ///   cannot be read.
    init(_ request: ComparisonRequest, allowsOne: Bool = false) throws {
        locator = DatasetLocator.standard(embedded: EmbeddedFiles.datasets)
        let located = try SuiteLocator.find(request.suite)
        var suite = located.suite
        if let dataset = request.dataset { suite.dataset = dataset }
        let names = request.candidates.isEmpty ? suite.candidates : request.candidates
        let entrants = try names.map { try located.family($0) }
        guard names.count >= (allowsOne ? 1 : 2) || entrants.contains(where: { !$0.settings.isEmpty }) else {
            throw ScalebenchError(
                .invalidInput,
                names.isEmpty
                    ? "suite \(suite.name) names no candidates to compare"
                    : "\(names[0]) alone cannot be compared, because it sweeps no number",
                hint: "name two, or one that sweeps a number: scalebench compare a.json b.json --suite \(request.suite)"
            )
        }
        for (name, family) in zip(names, entrants) { try Self.checkMembers(family, of: name) }
        let candidates = entrants.flatMap { $0.members.map(\.candidate) }
        try Self.refuseEqualNames(entrants.map(\.name))
        dataset = request.dataset ?? located.dataset
        launcher = located.launcher
        data = try locator.describe(dataset)
        try Self.checkSize(data, for: suite)
        var plan = try ComparisonPlan(
            suite: suite, candidates: candidates, families: Self.families(entrants),
            vocabularySize: data.vocabularySize, dataHash: data.contentHash,
            firstSeed: request.firstSeed, isReferencePinned: request.isReferencePinned)
        baselines = request.usesBaselines ? try BaselineStore.open(suite: suite.name) : nil
        plan.addFinishedRuns(of: request.store, baselines)
        // A damaged file is an error before anything is trained.
        for run in plan.runs { _ = try baselines?.record(run.id) }
        self.plan = plan
        entropies =
            Self.readsData(plan)
            ? try locator.validationEntropy(
                dataset, sequences: suite.evaluation.sequences, contextLength: suite.contextLength) : nil
    }

    private static func families(_ entrants: [CandidateFamily]) -> [PlannedFamily] {
        var first = 0
        return entrants.compactMap { entrant in
            defer { first += entrant.members.count }
            return entrant.settings.isEmpty ? nil : PlannedFamily(entrant, first: first)
        }
    }

    /// Refuses a sweep that is too short to show a valley, before any of it is trained.
    private static func checkMembers(_ family: CandidateFamily, of file: String) throws {
        let asked = family.members.count(where: \.isAsked), fewest = SettingsSurface.fewestMembers
        guard family.settings.isEmpty || asked >= fewest else {
            throw ScalebenchError(
                .invalidInput, "\(family.name) sweeps \(asked) values, and a valley takes \(fewest)",
                at: "\(file):\(family.settings[0].path)",
                hint: "sweep more values, or give each value a file of its own and compare them as candidates")
        }
    }

    /// The judge with the rule of the suite and the known floor.
    var judge: Judge { Judge(thresholds: plan.suite.thresholds, knownFloor: knownFloor) }

    /// The candidates whose comparison the records leave open.
    func open(_ records: [RunID: RunRecord], _ request: ComparisonRequest) -> Set<Int> {
        let ladder = plan.ladder(records)
        return judge.openCandidates(request.trainsTarget ? ladder : ladder.withoutTargetResults, until: request.until)
    }

    /// Entropy of the validation data in nats per token, where it is known.
    var knownFloor: Double? { entropies?.mean }

    /// The entropy of the validation sequences that curves are measured on; 0 where it is not known.
    var curveFloor: Double {
        let sequences = entropies?.prefix(plan.suite.evaluation.curveSequences) ?? []
        return sequences.isEmpty ? 0 : Array(sequences).mean
    }

    /// The share of a run's training sequences that it reads again; nil where no data is read.
    func repeatedShare(of spec: RunSpec) -> Double? {
        guard Self.readsData(plan) else { return nil }
        return data.coverage(
            sequences: spec.steps * spec.batchSequences, contextLength: plan.suite.contextLength,
            uniqueTokens: spec.uniqueTokens)?.repeatedShare
    }

    /// How often a run of the plan goes through the training data, by the run that repeats most of it.
    func coverage(of plan: ComparisonPlan) -> CompareResult.Coverage? {
        guard Self.readsData(plan) else { return nil }
        let uses = Set(
            plan.runs.map { DataUse(sequences: $0.spec.steps * $0.spec.batchSequences, $0.spec.uniqueTokens) })
        let coverages = uses.compactMap { use in
            data.coverage(
                sequences: use.sequences, contextLength: plan.suite.contextLength, uniqueTokens: use.uniqueTokens)
        }
        return coverages.max { $0.passes < $1.passes }.map {
            CompareResult.Coverage(passes: $0.passes, repeatedShare: $0.repeatedShare)
        }
    }

    private struct DataUse: Hashable {
        var sequences: Int
        var uniqueTokens: Int?

        init(sequences: Int, _ uniqueTokens: Int?) {
            self.sequences = sequences
            self.uniqueTokens = uniqueTokens
        }
    }

    /// Whether all runs read the data. Synthetic runs do not, so that their losses do not depend on it.
    private static func readsData(_ plan: ComparisonPlan) -> Bool {
        !plan.candidates.contains { candidate in
            if case .synthetic = candidate.trainer { true } else { false }
        }
    }

    /// Refuses a data set that is too small for the suite, before any run fails for it.
    private static func checkSize(_ data: DatasetDescription, for suite: Suite) throws {
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

    private static func refuseEqualNames(_ names: [String]) throws {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw ScalebenchError(
                .invalidInput, "two candidates are named \"\(name)\"", at: "name",
                hint: "give each candidate file a name of its own")
        }
    }
}
