// The events of an external trainer are read strictly and checked against the spec: the order of the steps, their
// number of tokens, and the evaluation that was ordered. A trainer that is wrong about its own work has no result.

package import Foundation
package import ScalebenchCore

/// The events of one run as they come in from its trainer.
package struct TrainerEvents {
    /// The run so far, this session's accepted events included.
    package private(set) var record: RunRecord
    /// Set once the trainer has said that it is done.
    private(set) var end: RunEvent.End?
    /// Why the run diverged: a loss that is not a finite number.
    private(set) var divergence: String?
    private(set) var hasStarted = false

    private let job: RunJob
    private var spec: RunSpec { job.spec }
    private var sessionBegan = ContinuousClock.now
    private var secondsBefore = 0.0

    package init(_ job: RunJob, _ record: RunRecord) {
        self.job = job
        self.record = record
    }

    /// Begins a session, whose start event, or first other event, is to come.
    package mutating func beginSession() {
        end = nil
        hasStarted = false
        sessionBegan = .now
        secondsBefore = 0
    }

    /// Continues a session whose start is on record and whose other events are to come.
    mutating func continueSession() {
        hasStarted = true
        sessionBegan = .now
        secondsBefore = record.steps.last?.seconds ?? 0
    }

    /// The last step that any event of the run names.
    var lastStep: Int {
        max(record.steps.last?.step ?? 0, record.evaluations.last?.step ?? 0, record.checkpointStep ?? 0)
    }

    /// Seconds of training: what the trainer said last, or else the clock.
    var seconds: Double { record.steps.last?.seconds ?? secondsBefore + sessionBegan.duration(to: .now).seconds }
}

// MARK: - Reading

extension TrainerEvents {
    /// Facts about a trainer's machine that are kept.
    private static let mostFacts = 64
    /// More devices than any cluster has.
    private static let mostDevices = 10_000_000
    private enum Name: String, CaseIterable { case start, step, evaluation, checkpoint, end }
    private enum Status: String, CaseIterable { case completed, diverged, failed }

    /// The event in one line. Numbers that are not finite become nil.
    /// - Throws: `invalidInput` with file, line and key.
    package func read(_ line: Data, at place: String) throws -> RunEvent {
        let reader = try ConfigReader.parse(line, file: place)
        let name: Name = try reader.choice("event")
        let event: RunEvent
        switch name {
        case .start: event = .start(try start(reader))
        case .step:
            let (step, tokens) = try position(reader)
            event = .step(
                .init(
                    step: step, tokens: tokens, natsPerToken: try reader.loss("natsPerToken"),
                    learningRate: try reader.finiteNumber("learningRate"),
                    gradientNorm: try reader.finiteNumber("gradientNorm"),
                    // The seconds never fall, because a resumed trainer may begin its clock anew.
                    seconds: max(record.steps.last?.seconds ?? 0, try reader.finiteNumber("seconds") ?? clock)))
        case .evaluation: event = .evaluation(try evaluation(reader))
        case .checkpoint:
            event = .checkpoint(.init(step: try reader.integer("step", in: 0...spec.steps)))
        case .end:
            let (step, tokens) = try position(reader)
            let status: Status = try reader.choice("status")
            event = .end(
                .init(
                    status: RunStatus(rawValue: status.rawValue)!, step: step, tokens: tokens,
                    seconds: try reader.finiteNumber("seconds") ?? clock,
                    reason: reader.has("reason") ? try reader.string("reason") : nil))
        }
        try reader.finish()
        return event
    }

    private var clock: Double { secondsBefore + sessionBegan.duration(to: .now).seconds }

    /// Only the keys read here count in a trainer's start event; the other keys of our own start events may be there.
    private func start(_ reader: ConfigReader) throws -> RunEvent.Start {
        let owner = try reader.string("runID", default: job.runID.rawValue)
        guard owner == job.runID.rawValue else {
            throw ScalebenchError(
                .invalidInput, "the event belongs to run \(owner), this is \(job.runID)",
                at: reader.location(of: "runID"), hint: "leave runID out, or take it from SCALEBENCH_RUN_ID")
        }
        for key in [
            "schemaVersion", "time", "trainerVersion", "parametersTotal", "parametersNonEmbedding", "flops",
        ] { _ = reader.value(key) }
        var machine: [String: String] = [:]
        if case .object(let fields) = reader.value("machine") {
            for (key, value) in fields.sorted(by: { $0.key < $1.key }).prefix(Self.mostFacts) {
                let text = if case .string(let text) = value { text } else { value.canonicalText }
                machine[SafeText.line(key)] = SafeText.line(text, limit: 200)
            }
        }
        return RunEvent.Start(
            runID: job.runID, time: "", trainerVersion: "",
            resumedFromStep: try reader.integer("resumedFromStep", in: 0...spec.steps, default: 0), parametersTotal: 0,
            parametersNonEmbedding: 0, flops: 0, machine: machine,
            devices: reader.has("devices") ? try reader.integer("devices", in: 1...Self.mostDevices) : nil)
    }

    /// Step and tokens, which must agree: the spec fixes the tokens of a step.
    private func position(_ reader: ConfigReader) throws -> (step: Int, tokens: Int) {
        let step = try reader.integer("step", in: 0...spec.steps)
        let tokens = try reader.integer("tokens", in: 0...Int.max)
        guard tokens == step * spec.tokensPerStep else {
            throw ScalebenchError(
                .invalidInput,
                "\(tokens) tokens after step \(step); \(step) steps of this run are \(step * spec.tokensPerStep) tokens",
                at: reader.location(of: "tokens"),
                hint:
                    "train on batchSequences · contextLength = \(spec.tokensPerStep) tokens per step, as the spec says")
        }
        return (step, tokens)
    }

    private func evaluation(_ reader: ConfigReader) throws -> RunEvent.Evaluation {
        let (step, tokens) = try position(reader)
        let isFinal = step == spec.steps
        let loss = try reader.loss("natsPerToken")
        let sequences = try reader.integer("sequences", in: 1...Int.max)
        let losses = try reader.numbers(ifPresent: "sequenceNatsPerToken", in: 0...1e300)
        if isFinal, sequences != spec.evaluation.sequences {
            throw ScalebenchError(
                .invalidInput,
                "the final evaluation is over \(sequences) sequences, \(spec.evaluation.sequences) were ordered",
                at: reader.location(of: "sequences"), hint: "evaluate on the first evaluation.sequences of the spec")
        }
        if isFinal, let losses, let loss {
            let mean = losses.reduce(0, +) / Double(max(1, losses.count))
            guard losses.count == sequences, abs(mean - loss) <= 1e-4 * max(1, loss) else {
                throw ScalebenchError(
                    .invalidInput,
                    "\(losses.count) losses with mean \(mean) do not belong to \(sequences) sequences with mean \(loss)",
                    at: reader.location(of: "sequenceNatsPerToken"),
                    hint: "natsPerToken is the mean of sequenceNatsPerToken, one value per sequence")
            }
        }
        return RunEvent.Evaluation(
            step: step, tokens: tokens, natsPerToken: loss,
            standardError: try reader.finiteNumber("standardError"), sequences: sequences,
            // Only those of the final evaluation are ever compared.
            sequenceNatsPerToken: isFinal && loss != nil ? losses : nil,
            updateToWeight: try reader.finiteNumber("updateToWeight"))
    }
}

extension ConfigReader {
    /// Nil for a loss that is not finite or too large: the run diverged.
    fileprivate func loss(_ key: String) throws -> Double? { try finiteNumber(key).flatMap(BelievableLoss.finite) }

    /// A number from 0 up; nil where the key is absent or null, or the number infinite or NaN (which Python writes).
    fileprivate func finiteNumber(_ key: String) throws -> Double? {
        switch value(key) {
        case nil, .null: return nil
        case .number(let number) where !number.isFinite: return nil
        default: return try number(key, in: 0...1e300)
        }
    }
}

// MARK: - Judging

extension TrainerEvents {
    /// - Throws: `invalidInput` at `place` for an event that may not follow on those before it.
    package func check(_ event: RunEvent, at place: String) throws {
        guard end == nil else { throw refused("an event after the end event", at: place, hint: "write the end last") }
        // A session without a start event begins at step 0.
        let before = hasStarted ? record : RunRecord()
        switch event {
        case .start(let start):
            guard !hasStarted else {
                throw refused("a start event that is not the first", at: place, hint: "write one start per call, first")
            }
            guard start.resumedFromStep <= lastStep else {
                throw refused(
                    "the trainer goes on from step \(start.resumedFromStep), but this run has only reached step \(lastStep)",
                    at: place,
                    hint:
                        "keep checkpoints in the run's own folder ({folder}), and append the events up to a step before "
                        + "its checkpoint")
            }
        case .step(let step):
            let previous = max(before.steps.last?.step ?? 0, before.start?.resumedFromStep ?? 0)
            guard step.step > previous else {
                throw refused("step \(step.step) after step \(previous)", at: place, hint: "steps rise from 1")
            }
        case .evaluation(let evaluation):
            if let previous = before.evaluations.last?.step, evaluation.step <= previous {
                throw refused(
                    "an evaluation of step \(evaluation.step) after that of step \(previous)", at: place,
                    hint: "evaluate once per step at most, in order")
            }
        case .checkpoint, .end: break
        }
    }

    /// Takes in an event that was checked.
    package mutating func fold(_ event: RunEvent) {
        switch event {
        case .end(let end):
            // The end is not yet part of the record, because the program may still fail.
            self.end = end
            return
        case .start: hasStarted = true
        case .step(let step) where step.natsPerToken == nil:
            divergence = "the training loss of step \(step.step) is not finite"
        case .evaluation(let evaluation) where evaluation.natsPerToken == nil:
            divergence = "the evaluation after step \(evaluation.step) is not finite"
        case .step, .evaluation, .checkpoint: break
        }
        record.fold(event)
        if case .start = event { secondsBefore = record.steps.last?.seconds ?? 0 }
    }

    private func refused(_ message: String, at place: String, hint: String) -> ScalebenchError {
        ScalebenchError(.invalidInput, message, at: place, hint: hint)
    }

    /// The end of a trainer whose program ended with status 0.
    /// - Throws: `runFailed` when the trainer has not done what was ordered.
    /// - Parameter log: the last lines that the trainer printed, for the error.
    package func finished(at place: String, log: String?) throws -> RunEvent.End {
        let failure = { (message: String, hint: String?) in
            ScalebenchError(.runFailed, message, at: place, hint: hint, cause: log)
        }
        guard var end else {
            throw failure(
                "the trainer ended with status 0 but wrote no end event",
                #"append {"event":"end","status":"completed",…} as the last line, or exit with 75 to be called again"#)
        }
        end.reason = end.reason.map { SafeText.lines(String($0.prefix(4000))) }
        switch end.status {
        case .failed, .stoppedEarly, .paused: throw failure(end.reason ?? "the trainer says that it failed", nil)
        case .diverged: return end
        case .completed: break
        }
        guard end.step == spec.steps else {
            throw failure(
                "the trainer ended after step \(end.step) (\(end.tokens) tokens); \(spec.steps) steps (\(spec.tokens) tokens) "
                    + "were ordered", "train for spec.steps steps")
        }
        guard let last = record.evaluations.last, last.step == spec.steps else {
            throw failure(
                "the final evaluation is missing",
                "evaluate after step \(spec.steps) on the first \(spec.evaluation.sequences) validation sequences")
        }
        return end
    }
}
