// Follows the losses of one question's candidates through the nights, and says where they became worse or better.

import Comparison
import Foundation
import RunStore
import ScalebenchCore
import ScalingLaws

/// Compares tonight's losses of every candidate with those of the nights before.
struct NightFollower {
    let file: NightlyFile
    let question: NightlyFile.Question
    let date: String
    /// The nights of this job and suite, in the order of time.
    let past: [HistoryRecord]
    /// The baselines of the suite; nil where they are not used.
    let baselines: BaselineStore?

    /// One night of one candidate, or its baseline.
    private struct Night {
        var date: String
        var commit: String?
        var recipe: String
        var losses: [Double?]
    }

    /// The losses of every candidate but the pinned reference at the largest rung, with the changes that they confirm.
    /// - Parameter seeds: the seeds of tonight's runs.
    func lines(_ outcome: ComparisonOutcome, _ record: HistoryRecord, seeds: Range<Int>) throws
        -> [HistoryRecord.Line]
    {
        let plan = outcome.plan, rung = plan.suite.rungs.count - 1, label = plan.label(of: .rung(rung))
        let members = Set(plan.families.flatMap(\.members))
        let followed = plan.candidates.indices.filter { $0 > 0 && !members.contains($0) }
        return try followed.map { index in
            let name = plan.candidates[index].name
            let runs = plan.runs.filter {
                $0.place == .rung(rung) && $0.candidates.contains(index) && seeds.contains($0.spec.seed)
            }.sorted { $0.spec.seed < $1.spec.seed }
            let losses = runs.compactMap { outcome.records[$0.id] }.filter(\.isFinished).map(Self.loss)
            let recipe = record.candidates.first { $0.name == name }?.recipe ?? ""
            let before = try nights(of: name, rung: rung, label, record.board)
            let isNews = question.usesFreshSeeds || before.last?.recipe != recipe
            let tonight = Night(date: date, commit: record.commit, recipe: recipe, losses: losses)
            let changes = changes(before + (isNews ? [tonight] : []))
            return HistoryRecord.Line(
                candidate: name, rung: label, losses: losses, nightsBefore: before.count,
                regression: changes.regression, improvement: changes.improvement)
        }
    }

    private static func loss(_ record: RunRecord) -> Double? {
        record.end?.status == .diverged ? nil : record.finalEvaluation?.natsPerToken
    }

    /// The earlier nights of a candidate whose losses may be compared with tonight's, its baseline first. Without fresh
    /// seeds, a recipe that is what it was gives the same losses again, which say nothing.
    private func nights(of candidate: String, rung: Int, _ label: String, _ board: String) throws -> [Night] {
        var nights = question.since == nil ? [try baseline(of: candidate, rung: rung, board)].compactMap { $0 } : []
        for record in past where record.board == board {
            guard let night = record.night, night.date >= question.since ?? "",
                let line = night.lines.first(where: { $0.candidate == candidate && $0.rung == label })
            else { continue }
            let recipe = record.candidates.first { $0.name == candidate }?.recipe ?? ""
            if !question.usesFreshSeeds, nights.last?.recipe == recipe { continue }
            nights.append(Night(date: night.date, commit: record.commit, recipe: recipe, losses: line.losses))
        }
        return nights
    }

    /// The recorded runs of the candidate with this name, whatever recipe it had then; nil where there are none.
    private func baseline(of candidate: String, rung: Int, _ board: String) throws -> Night? {
        guard let baselines,
            let recorded = baselines.entries.map(\.baseline.record).first(where: {
                $0.board == board && $0.candidate.name == candidate && $0.candidate.family == nil
            }), rung < recorded.candidate.places.count - 1
        else { return nil }
        let records = try recorded.candidate.places[rung].runs.compactMap { try baselines.record($0.id) }
        let losses = records.filter(\.isFinished).map(Self.loss)
        return losses.isEmpty
            ? nil
            : Night(
                date: HistoryRecord.LossShift.baseline, commit: nil, recipe: recorded.candidate.recipe,
                losses: losses)
    }

    /// What tonight's losses confirm together with those of the nights before.
    private func changes(_ nights: [Night]) -> (
        regression: HistoryRecord.LossShift?, improvement: HistoryRecord.LossShift?
    ) {
        guard let tonight = nights.last, !tonight.losses.isEmpty else { return (nil, nil) }
        if tonight.losses.contains(nil) { return (divergence(nights), nil) }
        let rule = ShiftRule(falseAlarmsPerMonth: file.falseAlarmsPerMonth / Double(file.followedCandidates))
        // Differences of ln L are relative differences of the loss.
        let alarms = rule.alarms(nights.map { $0.losses.compactMap { $0 }.map { log($0) } })
        return (alarms.rise.map { Self.described($0, nights) }, alarms.fall.map { Self.described($0, nights) })
    }

    private static func described(_ shift: Shift, _ nights: [Night]) -> HistoryRecord.LossShift {
        let good = nights[shift.possible.lowerBound - 1]
        return HistoryRecord.LossShift(
            since: nights[shift.first].date,
            possiblySince: [nights[shift.possible.lowerBound].date, nights[shift.possible.upperBound].date],
            lastGood: good.date, change: shift.relativeChange, lastGoodCommit: good.commit,
            firstBadCommit: nights[shift.possible.upperBound].commit)
    }

    /// A run that diverges is a regression by itself where no night before had one; it began with the last row of such
    /// nights.
    private func divergence(_ nights: [Night]) -> HistoryRecord.LossShift? {
        guard let good = nights.lastIndex(where: { !$0.losses.isEmpty && !$0.losses.contains(nil) }) else { return nil }
        let first = nights[good + 1]
        return HistoryRecord.LossShift(
            since: first.date, possiblySince: [first.date, first.date], lastGood: nights[good].date, change: nil,
            lastGoodCommit: nights[good].commit, firstBadCommit: first.commit)
    }
}
