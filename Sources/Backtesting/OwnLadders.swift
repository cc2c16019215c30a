// The user's own finished comparisons as cases of the backtest. For every pair of candidates of a board, each rung and
// the target is hidden in turn and forecast from the rungs below it.

import Comparison
package import ScalebenchCore
import ScalingLaws

/// The cases that a store's own comparisons give.
package struct OwnLadders: Sendable {
    /// The decisions between two candidates.
    package private(set) var decisions: [DecisionCase] = []
    /// The forecasts of a single loss.
    package private(set) var levels: [LevelCase] = []
    /// The ladders with several seeds per rung.
    package private(set) var replicates: [ReplicatedLadder] = []
    private(set) var curves: [CurveLadder] = []

    /// The cases of the finished runs.
    /// - Parameters:
    ///   - entries: the candidate records of any boards, in any order.
    ///   - records: the records of their runs, as far as there are any.
    package init(_ entries: [CandidateRecord], records: [RunID: RunRecord]) {
        let boards = Dictionary(grouping: entries, by: \.board).values.sorted {
            ($0[0].suite.name, $0[0].suite.version, $0[0].board) < ($1[0].suite.name, $1[0].suite.version, $1[0].board)
        }
        for board in boards {
            let suite = board[0].suite
            let twins = boards.count { $0[0].suite.name == suite.name && $0[0].suite.version == suite.version }
            let source = "\(suite.name) v\(suite.version)" + (twins > 1 ? " \(board[0].board.prefix(8))" : "")
            let floor = board.allSatisfy { $0.knownFloor != nil } ? board[0].knownFloor : nil
            add(BoardCandidate.all(board), source: source, board: board[0].board, floor, records)
        }
    }

    private mutating func add(
        _ candidates: [BoardCandidate], source: String, board: String, _ floor: Double?, _ records: [RunID: RunRecord]
    ) {
        for (index, first) in candidates.enumerated() {
            for second in candidates[(index + 1)...] {
                // The pair is treated as its compare treats it: noise comes from these two alone, and the scale is the
                // mean of their FLOPs.
                let ladder = Ladder([first.runs, second.runs], records: records).withTargetAsRung
                for held in ladder.heldOutRungs {
                    guard let hidden = held.pair(a: 0, b: 1) else { continue }
                    decisions.append(
                        DecisionCase(
                            source: source, ladder: board, a: first.label, b: second.label,
                            lever: hidden.rung.scale / hidden.below[hidden.below.count - 1].scale,
                            visible: hidden.below, target: hidden.rung, knownFloor: floor))
                }
            }
            addAlone(first, source: source, board: board, records)
        }
        guard !candidates.isEmpty else { return }
        let ladder = Ladder(candidates.map(\.runs), records: records).withTargetAsRung
        replicates.append(
            ReplicatedLadder(
                source: source,
                candidates: candidates.indices.map { index in
                    ReplicatedCandidate(
                        name: candidates[index].label,
                        rungs: ladder.rungs.map { ($0.scale, $0.points[index].compactMap(\.loss)) }.filter {
                            !$0.1.isEmpty
                        })
                }))
        curves += candidates.indices.map { index in
            CurveLadder(
                source: source, config: candidates[index].label, metric: "",
                rungs: ladder.rungs.compactMap { CurveLadder.Rung($0, candidate: index, source: source, ladder) })
        }
    }

    private mutating func addAlone(
        _ candidate: BoardCandidate, source: String, board: String, _ records: [RunID: RunRecord]
    ) {
        let rungs = Ladder([candidate.runs], records: records).withTargetAsRung.rungs.compactMap { rung in
            rung.points[0].meanLoss.map { (scale: rung.scale, loss: $0) }
        }
        for place in rungs.indices.dropFirst(2) {
            let below = rungs[..<place]
            levels.append(
                LevelCase(
                    source: source, candidate: "\(board)\u{0}\(candidate.label)", scales: below.map(\.scale),
                    losses: below.map(\.loss), target: rungs[place].scale, truth: rungs[place].loss))
        }
    }
}

extension CurveLadder.Rung {
    /// The finished runs of one candidate; nil where none was evaluated before its end.
    fileprivate init?(_ rung: LadderRung, candidate: Int, source: String, _ ladder: Ladder) {
        let runs = rung.points[candidate].compactMap { point -> RecordedCurve? in
            guard let run = point.curve, let loss = run.finalLoss, run.curve.count > 1 else { return nil }
            return RecordedCurve(
                source: source, config: ladder.candidates[candidate], split: "", seed: point.seed, scale: rung.scale,
                curve: run.curve, finalLoss: loss)
        }
        guard !runs.isEmpty else { return nil }
        self.init(scale: rung.scale, runs: runs)
    }
}
