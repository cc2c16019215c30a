// The record that a run leaves behind: one JSON object per line in `events.jsonl`, appended, never rewritten. These
// files are the truth; everything else can be rebuilt from them.
//
//   {"event":"start","schemaVersion":1,"runID":"…","time":"2026-01-31T12:00:00Z","trainerVersion":"builtin-1",
//    "resumedFromStep":0,"parametersTotal":…,"parametersNonEmbedding":…,"flops":…,"machine":{"host":…,"blas":…}}
//   {"event":"step","step":100,"tokens":51200,"natsPerToken":3.21,"learningRate":0.01,"gradientNorm":0.8,"seconds":1.5}
//   {"event":"evaluation","step":100,"tokens":51200,"natsPerToken":3.19,"standardError":0.012,"sequences":64,
//    "updateToWeight":0.0011}
//   {"event":"checkpoint","step":100}
//   {"event":"end","status":"completed","step":2000,"tokens":1024000,"seconds":30.2}
//
// The final evaluation also has "sequenceNatsPerToken": the mean loss of every validation sequence in order, so that
// candidates are compared on the same sequences, and where the suite asks for it "positionNatsPerToken" and
// "domainNatsPerToken". JSON has no NaN: a number that is not finite is left out (a null is
// read the same way). A run that was interrupted goes on with another "start"; earlier events beyond its
// `resumedFromStep` no longer count. "devices" in a start is how many devices train, and in a step how many trained since
// the last step event, where that differs. A run that goes on from a shorter run has "branch":{"runID":"…","step":800,
// "seconds":12.5} in its start, and then the events that it would have written up to that step.
// Checkpoints and ends also have a "checksum" of the file up to there (LineChecksum.swift).

/// One line of a run's event file.
package enum RunEvent: Sendable, Equatable {
    case start(Start)
    case step(Step)
    case evaluation(Evaluation)
    case checkpoint(Checkpoint)
    case end(End)

    package static let schemaVersion = 1

    package struct Start: Codable, Sendable, Equatable {
        package var schemaVersion = RunEvent.schemaVersion
        package var runID: RunID
        /// UTC, ISO 8601.
        package var time: String
        package var trainerVersion: String
        /// 0 for a fresh run; otherwise the step of the checkpoint it continues from.
        package var resumedFromStep: Int
        /// The shorter run that this one goes on from; nil for a run that was trained from its first step. The events up
        /// to that step follow.
        package var branch: Branch?
        package var parametersTotal: Int
        package var parametersNonEmbedding: Int
        /// Training FLOPs of the whole run.
        package var flops: Double
        /// Host, BLAS build and core, scalebench version: what may explain a difference in the last bits.
        package var machine: [String: String]
        /// How many devices train at once; nil in runs from before this was recorded.
        package var devices: Int?

        package init(
            runID: RunID, time: String, trainerVersion: String, resumedFromStep: Int, parametersTotal: Int,
            parametersNonEmbedding: Int, flops: Double, machine: [String: String], branch: Branch? = nil,
            devices: Int? = nil
        ) {
            self.runID = runID
            self.time = time
            self.trainerVersion = trainerVersion
            self.resumedFromStep = resumedFromStep
            self.branch = branch
            self.parametersTotal = parametersTotal
            self.parametersNonEmbedding = parametersNonEmbedding
            self.flops = flops
            self.machine = machine
            self.devices = devices
        }
    }

    /// Where a run goes on from a shorter run of the same trunk.
    package struct Branch: Codable, Sendable, Equatable {
        package var runID: RunID
        /// The steps that both have in common.
        package var step: Int
        /// Seconds that the shorter run took to train them.
        package var seconds: Double

        package init(runID: RunID, step: Int, seconds: Double) {
            self.runID = runID
            self.step = step
            self.seconds = seconds
        }
    }

    /// Progress of training; losses are means over the steps since the last such event.
    package struct Step: Codable, Sendable, Equatable {
        package var step: Int
        package var tokens: Int
        /// Training loss; nil when it was not finite.
        package var natsPerToken: Double?
        /// The learning rate; nil when an external trainer did not say.
        package var learningRate: Double?
        /// Global gradient norm before clipping, of the last step; nil when it was not finite.
        package var gradientNorm: Double?
        /// Seconds of training so far, evaluation left out, earlier sessions of the run included.
        package var seconds: Double
        /// How many devices trained since the last step event, a mean over time; nil where it is the start's number.
        package var devices: Double?

        package init(
            step: Int, tokens: Int, natsPerToken: Double?, learningRate: Double?, gradientNorm: Double?,
            seconds: Double, devices: Double? = nil
        ) {
            self.step = step
            self.tokens = tokens
            self.natsPerToken = natsPerToken
            self.learningRate = learningRate
            self.gradientNorm = gradientNorm
            self.seconds = seconds
            self.devices = devices
        }
    }

    /// Loss on the first `sequences` validation sequences.
    package struct Evaluation: Codable, Sendable, Equatable {
        package var step: Int
        package var tokens: Int
        package var natsPerToken: Double?
        /// Standard error of the mean over sequences.
        package var standardError: Double?
        package var sequences: Int
        /// The loss of every sequence in validation order; only in the final evaluation.
        package var sequenceNatsPerToken: [Double]?
        /// The mean loss at every position of the context; only in the final evaluation, where the suite asks for it.
        package var positionNatsPerToken: [Double]?
        /// The mean loss of every part of a mixture; only in the final evaluation, where the suite asks for it.
        package var domainNatsPerToken: [String: Double]?
        /// √(Σ ‖ΔW‖² / Σ ‖W‖²) over the weight matrices, where ΔW is the change by the last step and W the weights before
        /// it; nil from a trainer that does not say it.
        package var updateToWeight: Double?

        package init(
            step: Int, tokens: Int, natsPerToken: Double?, standardError: Double?, sequences: Int,
            sequenceNatsPerToken: [Double]? = nil, positionNatsPerToken: [Double]? = nil,
            domainNatsPerToken: [String: Double]? = nil, updateToWeight: Double? = nil
        ) {
            self.step = step
            self.tokens = tokens
            self.natsPerToken = natsPerToken
            self.standardError = standardError
            self.sequences = sequences
            self.sequenceNatsPerToken = sequenceNatsPerToken
            self.positionNatsPerToken = positionNatsPerToken
            self.domainNatsPerToken = domainNatsPerToken
            self.updateToWeight = updateToWeight
        }
    }

    /// A checkpoint of this step is on disk.
    package struct Checkpoint: Codable, Sendable, Equatable {
        package var step: Int
        package init(step: Int) { self.step = step }
    }

    /// The last event of a run; `seconds` counts training without evaluation.
    package struct End: Codable, Sendable, Equatable {
        package var status: RunStatus
        package var step: Int
        package var tokens: Int
        package var seconds: Double
        /// Why a run failed or diverged, for a person.
        package var reason: String?

        package init(status: RunStatus, step: Int, tokens: Int, seconds: Double, reason: String? = nil) {
            self.status = status
            self.step = step
            self.tokens = tokens
            self.seconds = seconds
            self.reason = reason
        }
    }
}

/// How a run ended.
package enum RunStatus: String, Codable, Sendable {
    case completed
    /// The loss was no longer finite, or exploded: the recipe loses here. This is a result and is never retried.
    case diverged
    /// The run was ended because its comparison was decided. It has no result and goes on from
    /// its checkpoint when one is wanted.
    case stoppedEarly
    /// The run has come as far as a budget asked. It has no result and goes on from its checkpoint when one is wanted.
    case paused
    /// The trainer failed. There is no result; the next call tries again.
    case failed
}

// MARK: - JSON

extension RunEvent: Codable {
    private enum Keys: String, CodingKey { case event }
    private enum Name: String, Codable { case start, step, evaluation, checkpoint, end }

    package init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: Keys.self).decode(Name.self, forKey: .event) {
        case .start: self = .start(try Start(from: decoder))
        case .step: self = .step(try Step(from: decoder))
        case .evaluation: self = .evaluation(try Evaluation(from: decoder))
        case .checkpoint: self = .checkpoint(try Checkpoint(from: decoder))
        case .end: self = .end(try End(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        let (name, body): (Name, any Encodable) =
            switch self {
            case .start(let body): (.start, body)
            case .step(let body): (.step, body)
            case .evaluation(let body): (.evaluation, body)
            case .checkpoint(let body): (.checkpoint, body)
            case .end(let body): (.end, body)
            }
        try container.encode(name, forKey: .event)
        try body.encode(to: encoder)
    }
}
