// Makes a ranking from candidate records and run records. It is pure: equal input gives an equal board.
//
// 1. Records of one recipe become one candidate. A candidate whose runs allow no verdict is listed without a rank, with
//    the reason.
// 2. Every candidate is judged against the reference by the compare's own rule; the joint distribution of the gaps
//    gives the probability of being best.
// 3. The candidates are sorted by expected loss. Each one, in this order, shares the rank of the first of the group
//    above unless a verdict on these two says that it is worse.

import Foundation
package import ScalebenchCore
package import ScalingLaws

extension Leaderboard {
    /// Ranks the candidates of one board.
    /// - Parameters:
    ///   - entries: the candidate records of one board, in any order.
    ///   - records: the records of their runs, as far as there are any.
    ///   - fromBaselines: the runs that are from baselines.
    ///   - reference: the name of a ranked candidate; nil for the first recorded one that was trained at the target, or
    ///     else the first.
    /// - Throws: `invalidInput` for records of different boards or a reference that cannot be ranked, `notFound` for
    ///   one that is unknown.
    package init(
        _ entries: [CandidateRecord], records: [RunID: RunRecord], fromBaselines: Set<RunID> = [],
        reference: String? = nil, priors: GapPriors = .shipped
    ) throws {
        guard let first = entries.first else {
            throw ScalebenchError(.invalidInput, "a leaderboard needs at least one candidate")
        }
        guard entries.allSatisfy({ $0.board == first.board }) else {
            throw ScalebenchError(
                .invalidInput, "candidates of different suites, versions or data sets cannot be ranked together")
        }
        // A synthetic candidate's losses do not depend on the data: with one of them, no floor is known.
        let floor = entries.allSatisfy { $0.knownFloor != nil } ? first.knownFloor : nil
        let judge = Judge(thresholds: first.suite.thresholds, priors: priors, knownFloor: floor)
        let all = BoardCandidate.all(entries)
        var obstacles = all.map { $0.obstacle(records) }
        let standing = try Self.chooseReference(
            reference, among: all, obstacles: obstacles, records: records
        ).map { index in
            // The reference comes first, as in every ladder.
            var order = [index] + all.indices.filter { $0 != index && obstacles[$0] == nil }
            for other in order.dropFirst() {
                let common = Self.commonRungs(all[index], all[other], records)
                guard common < 2 else { continue }
                let rungs = Quantity.count(common, "rung")
                obstacles[other] = (.tooFewRungs, "\(rungs) with a loss in common with \(all[index].label)")
            }
            order.removeAll { obstacles[$0] != nil }
            return BoardStanding(order.map { all[$0] }, records, judge, fromBaselines: fromBaselines)
        }
        let judged = try standing?.ranking()
        let target = first.candidate.places[first.candidate.places.count - 1]
        self.init(
            suite: first.suite, suiteHash: first.suiteHash, question: first.question, axis: first.axis,
            targetLabel: target.label, targetScale: standing?.ladder.target.scale,
            reference: standing?.candidates[0].label, best: judged?.best, ranking: judged?.rows ?? [],
            notRanked: zip(all, obstacles).compactMap { candidate, obstacle in
                obstacle.map { NotRanked(candidate, reason: $0.reason, explanation: $0.explanation, records: records) }
            })
    }

    private static func chooseReference(
        _ name: String?, among all: [BoardCandidate],
        obstacles: [(reason: Reason, explanation: String)?], records: [RunID: RunRecord]
    ) throws -> Int? {
        let possible = all.indices.filter { obstacles[$0] == nil }
        guard let name else {
            return possible.first { all[$0].isTrainedAtTarget(records) } ?? possible.first
        }
        if let index = possible.first(where: { all[$0].label == name }) { return index }
        if let index = all.firstIndex(where: { $0.label == name }), let obstacle = obstacles[index] {
            throw ScalebenchError(
                .invalidInput, "the reference \"\(name)\" cannot be ranked: \(obstacle.explanation)",
                hint: "choose another --reference")
        }
        let labels = possible.map { all[$0].label }
        throw ScalebenchError(
            .notFound, "no candidate \"\(name)\" to refer to",
            hint: NearestName.hint(name, among: labels, otherwise: "candidates: \(labels.joined(separator: ", "))"))
    }

    private static func commonRungs(_ a: BoardCandidate, _ b: BoardCandidate, _ records: [RunID: RunRecord]) -> Int {
        let ladder = Ladder([a.runs, b.runs], records: records)
        return ladder.rungs.count { rung in rung.points.allSatisfy { $0.meanLoss != nil } }
    }
}

extension BoardCandidate {
    fileprivate func isTrainedAtTarget(_ records: [RunID: RunRecord]) -> Bool {
        runs.places[runs.places.count - 1].runs.contains { records[$0.id]?.finalEvaluation?.natsPerToken != nil }
    }
}

extension Leaderboard.NotRanked {
    fileprivate init(
        _ candidate: BoardCandidate, reason: Leaderboard.Reason, explanation: String, records: [RunID: RunRecord]
    ) {
        self.init(
            candidate: candidate.label, otherNames: Array(candidate.names.dropFirst()), notes: candidate.runs.notes,
            recipe: candidate.runs.recipe, reason: reason, explanation: explanation, cost: candidate.cost(records),
            date: candidate.date)
    }
}
