// The definition of one run: a candidate at one scale with one seed, every rule applied. Equal specs are the same run.

/// A resolved run. Its canonical JSON is hashed into the run's identity, so it holds everything that changes the result
/// (data by content, the trainer's version) and nothing that does not (names, paths, host, worker count).
package struct RunSpec: Codable, Sendable, Hashable {
    /// The layout of this structure.
    package var specVersion = 2
    package var trainer: TrainerConfig
    package var trainerVersion: String
    package var model: ModelConfig
    package var optimizer: OptimizerConfig
    package var schedule: ScheduleConfig
    package var precision: Precision = .fp32
    /// Sequences of `model.contextLength` tokens per step.
    package var batchSequences: Int
    package var steps: Int
    /// Content hash of the training and validation tokens (`TokenDataset`).
    package var dataHash: String
    /// Training tokens that the run reads before it begins again with the first; nil for all of the data set.
    package var uniqueTokens: Int?
    package var evaluation: Evaluation
    /// The seed of initial weights and data order.
    package var seed: Int

    package enum Precision: String, Codable, Sendable, CaseIterable { case fp32, bf16 }

    /// How the run is measured on the fixed validation sequences.
    package struct Evaluation: Codable, Sendable, Hashable {
        /// Sequences of the final evaluation, from the start of the validation split.
        package var sequences: Int
        /// Evaluations at equal fractions of the run, the final one included.
        package var curvePoints: Int
        /// Sequences of each evaluation except the final one.
        package var curveSequences: Int
        /// Means over parts that the final evaluation states beside the mean over everything.
        package var breakdown: [Breakdown]

        package enum Breakdown: String, Codable, Sendable, CaseIterable {
            /// A mean for every position in the context.
            case positions
            /// A mean for every part of a mixture.
            case domains
        }

        package init(sequences: Int, curvePoints: Int, curveSequences: Int, breakdown: [Breakdown] = []) {
            self.sequences = sequences
            self.curvePoints = curvePoints
            self.curveSequences = curveSequences
            self.breakdown = breakdown
        }
    }

    package var tokensPerStep: Int { batchSequences * model.contextLength }

    /// Tokens trained on.
    package var tokens: Int { steps * tokensPerStep }

    /// Training FLOPs of the whole run.
    package var flops: Double { model.flopsPerToken * Double(tokens) }

    /// The run's name: the first 16 hexadecimal digits of the SHA-256 of the canonical JSON.
    package var runID: RunID {
        // Encoding a struct of numbers and strings cannot fail; every double was range-checked when it was read.
        RunID(rawValue: String(ContentHash.sha256(try! JSONValue(encoding: self)).prefix(16)))
    }
}
