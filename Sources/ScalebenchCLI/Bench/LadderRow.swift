// How well one ladder used its cores.

import Benchmarking
import Comparison
import Foundation
import Reporting
import ScalebenchCore

/// The measured figures of one ladder.
struct LadderRow: Codable {
    var suite: String
    var runs: Int
    var cores: Int
    /// Seconds from the start of the comparison to its result.
    var seconds: Double
    /// Core-seconds of the runs' training steps, as they measured them.
    var trainingCoreSeconds: Double
    /// Core-seconds that the FLOPs of evaluations take at the same rate.
    var evaluationCoreSeconds: Double
    /// Both, divided by the core-seconds that passed.
    var share: Double

    /// Carries a comparison out and measures it.
    static func measure(_ request: ComparisonRequest) async throws -> LadderRow {
        let start = ContinuousClock.now
        let outcome = try await ComparisonSession(request).run()
        if let failure = outcome.failure { throw failure }
        let seconds = start.duration(to: .now).seconds
        var training = 0.0, evaluation = 0.0
        let runs = outcome.plan.runs.filter { outcome.records[$0.id]?.isFinished == true }
        for run in runs {
            let own = coreSeconds(outcome.records[run.id]!), spec = run.spec
            let evaluated =
                spec.evaluation.sequences + (spec.evaluation.curvePoints - 1) * spec.evaluation.curveSequences
            training += own
            // A forward pass takes a third of the FLOPs of a training step.
            evaluation += own * Double(evaluated) / Double(3 * spec.steps * spec.batchSequences)
        }
        return LadderRow(
            suite: outcome.plan.suite.name, runs: runs.count, cores: request.workers, seconds: seconds,
            trainingCoreSeconds: training, evaluationCoreSeconds: evaluation,
            share: (training + evaluation) / (seconds * Double(request.workers)))
    }

    /// Time of training steps, times the cores that they were spent on.
    private static func coreSeconds(_ record: RunRecord) -> Double {
        var sum = 0.0, before = 0.0
        for step in record.steps {
            sum += (step.seconds - before) * (step.devices ?? 1)
            before = step.seconds
        }
        return sum + max(0, (record.end?.seconds ?? before) - before)
    }

    static func table(_ rows: [LadderRow]) -> String {
        var table = TextTable(header: ["ladder", "runs", "cores", "seconds", "training", "evaluation", "share"])
        for row in rows {
            table.add([
                row.suite, String(row.runs), String(row.cores), Quantity.significant(row.seconds),
                Quantity.significant(row.trainingCoreSeconds), Quantity.significant(row.evaluationCoreSeconds),
                Phrase.percent(row.share),
            ])
        }
        return table.text + """


              "training" and "evaluation" are core-seconds: the steps as the runs measured them, and the FLOPs of evaluations
              at the same rate. "share" is their sum over the core-seconds that passed. The rest is start-up, data,
              checkpoints, scheduling, and cores that wait for the last runs.

            """
    }
}
