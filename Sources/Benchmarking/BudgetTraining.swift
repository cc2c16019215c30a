// Carries out `compare --until 0.95 --budget 2h`: after the planned ladder it trains the runs that help most for their
// cost, one step after the other. For a dry run it says which of them would come next. BudgetPlanner chooses the steps.

import Comparison
import RunStore
import ScalebenchCore

struct BudgetTraining {
    private var planner: BudgetPlanner
    /// Ends runs at the target as soon as their comparison is decided; nil where they go on.
    private let stopping: Judge?

    init(_ resolved: ResolvedComparison, _ request: ComparisonRequest, _ budget: Budget) {
        let costs = CostModel(), thresholds = resolved.plan.suite.thresholds
        let until = request.until ?? thresholds.decisiveProbability
        // The probability that ends a run at the target must also be enough for the budget.
        var strict = thresholds
        strict.decisiveProbability = max(strict.decisiveProbability, until)
        planner = BudgetPlanner(
            resolved.plan, judge: resolved.judge, until: until, budget: budget, workers: request.workers,
            includesTarget: request.trainsTarget, estimate: { costs.cost($0).seconds })
        stopping = request.trainsAllRungs ? nil : Judge(thresholds: strict, knownFloor: resolved.knownFloor)
    }

    /// Takes steps until every pair is decided or no step can be paid. The training's plan gains the runs that are
    /// made.
    mutating func run(_ training: LadderTraining) async throws -> BudgetResult {
        while true {
            let decision = try planner.nextDecision(training.records())
            guard case .make(let step) = decision else {
                decision.outcome.map { planner.end($0) }
                return planner.result
            }
            training.note(.nextStep(proposed(step)))
            let runs = planner.begin(step)
            training.plan = planner.plan
            try await training.train(
                at: { $0 == step.place }, of: step.candidates, upTo: step.expected.toFraction, stoppingBy: stopping)
            planner.end(step, runs, training.records())
            if training.failure != nil {
                planner.end(.failed)
                return planner.result
            }
        }
    }

    /// The preview for a dry run: the places where steps could be taken, and the next step where the ladder has been
    /// trained.
    /// - Parameters:
    ///   - isLadderTrained: whether all runs of the ladder that come before the steps have been made.
    ///   - record: the record of a run; nil where the store has none.
    ///   - isDone: whether a run would not be trained any further.
    mutating func preview(
        isLadderTrained: Bool, record: (RunID) throws -> RunRecord?, isDone: (RunID) -> Bool
    ) throws -> BudgetPreview {
        func records() throws -> [RunID: RunRecord] {
            var records: [RunID: RunRecord] = [:]
            for run in planner.plan.runs { records[run.id] = try record(run.id) }
            return records
        }
        var preview = BudgetPreview(
            until: planner.result.until, budget: planner.budget, includesTarget: planner.includesTarget,
            possible: planner.possibleSteps(try records()))
        guard isLadderTrained else { return preview }
        while true {
            let decision = try planner.nextDecision(try records())
            guard case .make(let step) = decision else {
                decision.outcome.map { planner.end($0) }
                preview.next = .nothing(planner.result, try planner.pairs(try records()))
                return preview
            }
            let told = proposed(step), runs = planner.begin(step)
            let known = try records()
            guard runs.allSatisfy({ isDone($0.id) || $0.hasReached(step.expected.toFraction, known[$0.id]) }) else {
                preview.next = .step(told)
                return preview
            }
            planner.end(step, runs, known)
        }
    }

    private func proposed(_ step: BudgetStep) -> ProposedStep {
        ProposedStep(
            runs: step.expected, candidates: step.candidates.sorted().map { planner.plan.candidates[$0].name },
            isAtTarget: step.place == .target, cost: step.cost, spent: planner.result.spent, budget: planner.budget)
    }
}
