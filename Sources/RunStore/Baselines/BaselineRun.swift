// One run of a baseline: what was ordered, and of what happened all that a verdict, a curve and a report are made of.
// A whole event file is ten times as large, mostly of training losses and of digits far below the seed noise.

import Foundation
import ScalebenchCore

/// One line of a baseline's runs file.
struct BaselineRun: Codable, Sendable {
    var spec: RunSpec
    var events: [RunEvent]

    /// The training losses that are kept: the last one, and the one before, which says how many tokens it is a mean over.
    private static let keptSteps = 2

    init(_ spec: RunSpec, _ record: RunRecord) {
        self.spec = spec
        events =
            [record.start.map { .start($0) }].compactMap { $0 }
            + record.steps.suffix(Self.keptSteps).map { .step($0) }
            + record.evaluations.map { .evaluation($0.shortened(fine: spec.evaluation.curveSequences)) }
            + [record.end.map { .end($0) }].compactMap { $0 }
    }

    /// The run's record.
    /// - Throws: `Defect` for a run that is not finished, or whose events are another run's.
    func record() throws -> RunRecord {
        var record = RunRecord()
        for event in events {
            if case .evaluation(let body) = event {
                record.fold(.evaluation(body.withExactMean(fine: spec.evaluation.curveSequences)))
            } else {
                record.fold(event)
            }
        }
        guard record.isFinished, record.start?.runID == spec.runID else {
            throw Defect("run \(spec.runID) is not finished, or its events are another run's")
        }
        return record
    }

    /// Why a runs file cannot be used.
    struct Defect: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}

extension RunEvent.Evaluation {
    /// Without digits that decide nothing. Mean losses are kept in full, those of the first sequences, which are compared
    /// with earlier evaluations, to a ten-thousandth, and those of the other sequences to a hundredth: they tell how
    /// sequences scatter. The update-to-weight ratio keeps four digits.
    fileprivate func shortened(fine: Int) -> RunEvent.Evaluation {
        func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }
        var result = self
        result.standardError = standardError.map { rounded($0, 1e6) }
        result.sequenceNatsPerToken = sequenceNatsPerToken?.enumerated().map { rounded($1, $0 < fine ? 1e4 : 100) }
        result.positionNatsPerToken = positionNatsPerToken?.map { rounded($0, 1e4) }
        result.domainNatsPerToken = domainNatsPerToken?.mapValues { rounded($0, 1e4) }
        result.updateToWeight = updateToWeight.map { $0 > 1e-30 ? rounded($0, pow(10, 3 - floor(log10($0)))) : 0 }
        return result
    }

    /// With the coarse losses moved by one amount, so that the mean over all sequences is exact again.
    fileprivate func withExactMean(fine: Int) -> RunEvent.Evaluation {
        guard let mean = natsPerToken, let losses = sequenceNatsPerToken, losses.count > fine else { return self }
        let offset = (mean * Double(losses.count) - losses.reduce(0, +)) / Double(losses.count - fine)
        // Rounding moves no loss by more than half a hundredth.
        guard abs(offset) <= 0.005 else { return self }
        var result = self
        result.sequenceNatsPerToken = losses.enumerated().map { $0 < fine ? $1 : $1 + offset }
        return result
    }
}
