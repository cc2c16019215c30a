// The train and validation loss at the end of one run.

import ScalebenchCore
import ScalingLaws

/// The losses at the end of one run.
struct FinishedRun {
    var validation: Double
    /// The loss of each validation sequence; nil where the events do not have them.
    var sequences: [Double]?
    var train: Double?
    /// The number of sequences that `train` is a mean over.
    private var trainSequences: Double

    init?(_ record: RunRecord, _ spec: RunSpec) {
        guard let evaluation = record.finalEvaluation, let loss = evaluation.natsPerToken else { return nil }
        validation = loss
        sequences = evaluation.sequenceNatsPerToken
        train = record.steps.last?.natsPerToken
        let before = record.steps.dropLast().last?.tokens ?? 0
        trainSequences = Double((record.steps.last?.tokens ?? 0) - before) / Double(spec.model.contextLength)
    }

    /// The mean train loss − the mean validation loss. Both scatter over their sequences, and the validation sequences are
    /// the same for every run. It is nil unless every run has both losses and those of equally many sequences.
    static func trainMinusValidation(_ runs: [FinishedRun]) -> Estimate? {
        let sequences = runs.compactMap(\.sequences), train = runs.compactMap(\.train)
        let trainSequences = runs.reduce(0) { $0 + $1.trainSequences }
        guard let count = sequences.first?.count, count > 1, sequences.allSatisfy({ $0.count == count }),
            sequences.count == runs.count, train.count == runs.count, trainSequences > 0
        else { return nil }
        let means = (0..<count).map { index in sequences.map { $0[index] }.mean }
        let variance = means.variance * (1 / Double(count) + 1 / trainSequences)
        return Estimate(normalMean: train.mean - runs.map(\.validation).mean, deviation: variance.squareRoot())
    }
}
