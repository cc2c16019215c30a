// A run's events, folded into what the rest of scalebench asks of a run.

package import Foundation

/// The state of one run as its event file tells it.
package struct RunRecord: Sendable, Equatable {
    package var start: RunEvent.Start?
    /// The starts of the sessions whose events count, the first one first.
    package private(set) var starts: [RunEvent.Start] = []
    package var steps: [RunEvent.Step] = []
    package var evaluations: [RunEvent.Evaluation] = []
    /// The step of the newest checkpoint; nil where there is none.
    package var checkpointStep: Int?
    /// The shorter run that this one went on from; nil where it was trained from its first step.
    package private(set) var branch: RunEvent.Branch?
    /// How the run ended; nil while it is unfinished.
    package var end: RunEvent.End?
    /// The number of start events so far.
    package private(set) var sessions = 0
    /// The number of events since the newest start, which is not counted itself.
    package private(set) var eventsOfSession = 0
    /// The newest event is a checkpoint, and no event of the run is of a later step.
    package private(set) var isAtCheckpoint = false
    /// The number of sessions in a row whose checkpoint was not beyond the step from which they went on.
    package private(set) var idleSessions = 0
    private var newestIdleSession = 0
    /// A last line without its newline was dropped: the writer was killed while it wrote.
    package var hasTornLine = false

    package init() {}

    /// The evaluation that counts: the full validation set after the last step.
    package var finalEvaluation: RunEvent.Evaluation? {
        guard end?.status == .completed else { return nil }
        return evaluations.last { $0.sequenceNatsPerToken != nil } ?? evaluations.last
    }

    /// The result is a loss that no model reaches, such as exactly zero on constant text. It takes part in no ladder.
    package var hasImpossibleLoss: Bool {
        finalEvaluation?.natsPerToken.map { $0 < BelievableLoss.range.lowerBound } ?? false
    }

    /// Nothing more will be learned by calling the trainer again.
    package var isFinished: Bool { end?.status == .completed || end?.status == .diverged }

    /// The run was ended before its last step and can go on.
    package var isWaiting: Bool { end?.status == .stoppedEarly || end?.status == .paused }

    /// The last step of which anything is known; 0 before the first.
    package var newestStep: Int {
        max(steps.last?.step ?? 0, evaluations.last?.step ?? 0, checkpointStep ?? 0)
    }

    /// Seconds of training that this run took itself, without what it has from a shorter run; nil before its end.
    package var ownSeconds: Double? { end.map { max(0, $0.seconds - (branch?.seconds ?? 0)) } }

    /// The share of a run's steps that it was trained itself.
    package func ownShare(of spec: RunSpec) -> Double { 1 - Double(branch?.step ?? 0) / Double(spec.steps) }

    /// The record as it stood after `step`, without what came later.
    package func upTo(step: Int) -> RunRecord {
        var record = self
        record.steps.removeAll { $0.step > step }
        record.evaluations.removeAll { $0.step > step }
        if let end, end.step > step { record.end = nil }
        return record
    }

    /// Appends `event`; a resumed start discards what came after its checkpoint.
    package mutating func fold(_ event: RunEvent) {
        eventsOfSession += 1
        isAtCheckpoint = false
        switch event {
        case .start(let body):
            eventsOfSession = 0
            sessions += 1
            start = body
            starts.removeAll { $0.resumedFromStep >= body.resumedFromStep }
            starts.append(body)
            end = nil
            steps.removeAll { $0.step > body.resumedFromStep }
            evaluations.removeAll { $0.step > body.resumedFromStep }
            checkpointStep = body.resumedFromStep == 0 ? nil : body.resumedFromStep
            if body.resumedFromStep < branch?.step ?? 1 { branch = body.branch }
        case .step(let body): steps.append(body)
        case .evaluation(let body): evaluations.append(body)
        case .checkpoint(let body):
            checkpointStep = body.step
            isAtCheckpoint = body.step >= max(steps.last?.step ?? 0, evaluations.last?.step ?? 0)
            countIdleSession(body.step)
        case .end(let body): end = body
        }
    }
}

extension RunRecord {
    private mutating func countIdleSession(_ checkpoint: Int) {
        if checkpoint > start?.resumedFromStep ?? 0 {
            idleSessions = 0
        } else if newestIdleSession != sessions {
            idleSessions += 1
            newestIdleSession = sessions
        }
    }
}

extension RunRecord {
    /// Reads the text of an event file. A last line that was torn by a crash is dropped and remembered.
    /// - Throws: `damagedData` with file and line for any other line that is not an event or whose checksum is wrong.
    package init(events data: Data, file: String) throws {
        let decoder = JSONDecoder()
        var lineNumber = 0, checksum = LineChecksum()
        var rest = data[...]
        while !rest.isEmpty {
            lineNumber += 1
            guard let newline = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                hasTornLine = true
                return
            }
            let line = rest[..<newline]
            let damage = { (message: String, cause: String?) in
                ScalebenchError(
                    .damagedData, message, at: "\(file):\(lineNumber)",
                    hint: "move the run's folder away; the run is then trained again", cause: cause)
            }
            do {
                fold(try JSONInput.decode(RunEvent.self, from: line, with: decoder))
            } catch {
                throw damage("not a run event", JSONInput.reason(error))
            }
            guard checksum.isRight(line) else {
                throw damage("the checksum is wrong: this line or one before it is not what was written", nil)
            }
            checksum.add(rest[...newline])
            rest = rest[(newline + 1)...]
        }
    }
}
