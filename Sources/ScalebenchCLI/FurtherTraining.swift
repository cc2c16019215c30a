// `compare --until 0.95 --budget 2h`: after the planned ladder, the next best runs, one step after the other; or, for a
// dry run, which of them would come next. The steps themselves are FurtherPlan's.

import Comparison
import Reporting
import RunStore
import ScalebenchCore

struct FurtherTraining {
    var further: FurtherPlan
    /// Whether runs at the target end as soon as they have decided; nil where they do not.
    let stopping: Judge?

    /// Trains until decided or spent. The session's plan grows by the runs that were made.
    mutating func run(_ session: LadderSession) async throws -> BudgetResult {
        while true {
            let choice = try further.nextChoice(try session.records())
            guard case .make(let step) = choice else {
                choice.outcome.map { further.end($0) }
                return further.result
            }
            session.log(sentence(step))
            let runs = further.begin(step)
            session.plan = further.plan
            try await session.train(
                at: { $0 == step.place }, of: step.candidates, upTo: step.expected.toShare, stoppingBy: stopping)
            further.end(step, runs, try session.records())
            if session.failure != nil {
                further.end(.failed)
                return further.result
            }
        }
    }

    /// What a dry run says: the places where steps could be, and the next one where the ladder has been trained.
    /// - Parameters:
    ///   - record: of a run; nil where the store has none.
    ///   - isDone: whether a run would not be trained any more, not even to its end.
    mutating func preview(record: (RunID) throws -> RunRecord?, isDone: (RunID) -> Bool) throws -> String {
        func records() throws -> [RunID: RunRecord] {
            var records: [RunID: RunRecord] = [:]
            for run in further.plan.runs { records[run.id] = try record(run.id) }
            return records
        }
        let table = PlanReport.steps(further.possibleSteps(try records()), budget: further.budget)
        guard further.plan.runs(at: { $0 != .target }).allSatisfy({ isDone($0.id) }) else { return table }
        while true {
            let choice = try further.nextChoice(try records())
            guard case .make(let step) = choice else {
                choice.outcome.map { further.end($0) }
                return table + Phrase.furtherRuns(further.result, try further.pairs(try records())) + "\n"
            }
            let told = sentence(step), runs = further.begin(step)
            let known = try records()
            guard runs.allSatisfy({ isDone($0.id) || $0.hasReached(step.expected.toShare, known[$0.id]) }) else {
                return table + told + "\n"
            }
            further.end(step, runs, known)
        }
    }

    private func sentence(_ step: FurtherRuns) -> String {
        Phrase.furtherRuns(
            step, candidates: further.plan.candidates.map(\.name), budget: further.budget, spent: further.result.spent)
    }
}
