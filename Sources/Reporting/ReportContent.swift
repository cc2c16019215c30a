// The content of a report beyond the result: the runs with their curves, the differences of the recipes, the costs, and
// where the numbers come from. It is assembled once from plan and records; the sections only lay it out.

package import Comparison
import Foundation
package import ScalebenchCore

/// Everything that the report is made of. A comparison of runs that were trained elsewhere has only a result.
package struct ReportContent: Sendable {
    package var result: CompareResult
    /// What the identifiers of its pictures begin with. A page with several results tells their pictures apart by it.
    var prefix = ""
    var runs: [ReportRun] = []
    var differences: [RecipeDifference] = []
    var costs: [RungCost] = []
    /// Names and values, in the order in which they are shown.
    package var provenance: [(name: String, value: String)] = []

    package init(_ result: CompareResult) {
        self.result = result
        provenance = [("scalebench", result.scalebenchVersion)]
        if let suite = result.suite {
            provenance.append(("suite", "\(suite.name) v\(suite.version)"))
            provenance.append(("data set", "\(suite.dataset), content \(suite.dataHash)"))
        }
    }

    package init(_ result: CompareResult, plan: ComparisonPlan, records: [RunID: RunRecord]) {
        self.init(result)
        let places = plan.candidates.indices.map { plan.place(of: $0, in: result.candidates) }
        runs = plan.runs.compactMap { run in records[run.id].map { ReportRun(run, $0, plan, places) } }
        differences = RecipeDifference.all(plan, plan.representatives(of: result.candidates))
        costs = RungCost.all(plan, records)
        provenance.append(("suite's content", plan.suite.contentHash))
        for candidate in plan.candidateRuns where result.candidates.contains(candidate.name) {
            provenance.append(("recipe of \(candidate.name)", candidate.recipe))
        }
        for (key, values) in machines(records) {
            provenance.append((key, values.prefix(3).joined(separator: ", ") + (values.count > 3 ? ", …" : "")))
        }
    }

    /// Everything that the runs record about trainer and machine; a key with several values lists them.
    private func machines(_ records: [RunID: RunRecord]) -> [(String, [String])] {
        var values: [String: Set<String>] = [:]
        for start in records.values.compactMap(\.start) {
            values["trainer", default: []].insert(start.trainerVersion)
            for (key, value) in start.machine { values[key, default: []].insert(value) }
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }
}

/// One run, as a line of a picture and of a table.
struct ReportRun: Sendable {
    let id: String
    /// Indices into the result's candidates.
    let candidates: [Int]
    let label: String
    let isTarget: Bool
    let seed: Int
    let status: String
    /// Fraction of the schedule and validation loss, in order of training.
    let curve: [(fraction: Double, loss: Double)]
    let finalLoss: Double?
    let seconds: Double?
    let started: String?

    /// - Parameter places: of each candidate of the plan, its index in the result; nil for one that is not in it.
    init(_ run: ComparisonPlan.Run, _ record: RunRecord, _ plan: ComparisonPlan, _ places: [Int?]) {
        id = run.id.rawValue
        candidates = Set(run.candidates.compactMap { places[$0] }).sorted()
        label = plan.label(of: run.place)
        isTarget = run.place == .target
        seed = run.spec.seed
        status = record.end?.status.rawValue ?? "unfinished"
        let steps = Double(run.spec.steps)
        curve = record.evaluations.compactMap { evaluation in
            evaluation.natsPerToken.map { (Double(evaluation.step) / steps, $0) }
        }
        finalLoss = record.finalEvaluation?.natsPerToken
        seconds = record.end?.seconds
        started = record.start?.time
    }
}

/// One field in which the resolved recipes differ.
struct RecipeDifference: Sendable {
    /// The path of the field in the resolved run, such as `optimizer.learningRate`.
    let path: String
    let label: String
    /// The values by candidate; a dash where a recipe has no such field.
    let values: [String]

    /// The fields that are not the same for all, at the smallest rung and at the target, where scaling rules show.
    /// - Parameter candidates: those of the plan that stand for the candidates of the result.
    static func all(_ plan: ComparisonPlan, _ candidates: [Int]) -> [RecipeDifference] {
        [LadderPlace.rung(0), .target].flatMap { place -> [RecipeDifference] in
            let specs = candidates.map { index in
                (try? JSONValue(encoding: plan.run(seed: 0, at: place, of: index).spec))?.flattened ?? [:]
            }
            let paths = Set(specs.flatMap(\.keys)).sorted()
            return paths.filter { path in Set(specs.map { $0[path] }).count > 1 }.map { path in
                RecipeDifference(
                    path: path, label: plan.label(of: place), values: specs.map { $0[path] ?? "–" })
            }
        }
    }
}

extension JSONValue {
    /// The leaves by path.
    fileprivate var flattened: [String: String] {
        guard case .object(let fields) = self else { return ["": canonicalText] }
        var result: [String: String] = [:]
        for (key, value) in fields {
            for (path, leaf) in value.flattened { result[path.isEmpty ? key : "\(key).\(path)"] = leaf }
        }
        return result
    }
}

/// The cost of one rung.
struct RungCost: Sendable {
    let label: String
    let runs: Int
    let parameters: ClosedRange<Double>
    let tokensPerRun: ClosedRange<Double>
    let flops: Double
    /// Core time of the finished runs.
    let seconds: Double

    static func all(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> [RungCost] {
        return plan.places.map { place in
            let runs = plan.runs { $0 == place }
            return RungCost(
                label: plan.label(of: place) + (place == .target ? " (target)" : ""), runs: runs.count,
                parameters: range(runs.map { Double($0.spec.model.parametersTotal) }),
                tokensPerRun: range(runs.map { Double($0.spec.tokens) }),
                flops: runs.reduce(0) { $0 + (records[$1.id]?.ownShare(of: $1.spec) ?? 1) * $1.spec.flops },
                seconds: runs.reduce(0) { $0 + (records[$1.id]?.ownSeconds ?? 0) })
        }
    }

    private static func range(_ values: [Double]) -> ClosedRange<Double> {
        (values.min() ?? 0)...(values.max() ?? 0)
    }
}
