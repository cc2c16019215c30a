// The user's own finished comparisons as cases of the backtest: every pair of candidates of a board, each rung and the
// target hidden in turn behind the rungs below it.

package import ScalebenchCore
import ScalingLaws

/// What a store's boards hold that can be scored.
package struct OwnLadders: Sendable {
    package private(set) var decisions: [DecisionCase] = []
    package private(set) var levels: [LevelCase] = []
    package private(set) var replicates: [ReplicatedLadder] = []
    private(set) var curves: [CurveLadder] = []

    /// - Parameters:
    ///   - entries: of any boards, in any order.
    ///   - records: of their runs, as far as there are any.
    package init(_ entries: [LadderEntry], records: [RunID: RunRecord]) {
        let boards = Dictionary(grouping: entries, by: \.board).values.sorted {
            ($0[0].suite.name, $0[0].suite.version, $0[0].board) < ($1[0].suite.name, $1[0].suite.version, $1[0].board)
        }
        for board in boards {
            let suite = board[0].suite
            let twins = boards.count { $0[0].suite.name == suite.name && $0[0].suite.version == suite.version }
            let source = "\(suite.name) v\(suite.version)" + (twins > 1 ? " \(board[0].board.prefix(8))" : "")
            let floor = board.allSatisfy { $0.knownFloor != nil } ? board[0].knownFloor : nil
            add(Contender.all(board), source: source, board: board[0].board, floor, records)
        }
    }

    private mutating func add(
        _ contenders: [Contender], source: String, board: String, _ floor: Double?, _ records: [RunID: RunRecord]
    ) {
        for (index, first) in contenders.enumerated() {
            for second in contenders[(index + 1)...] {
                // A pair as its compare sees it: the noise of the two, and the mean of their costs as scale.
                let ladder = Ladder([first.runs, second.runs], records: records).withTargetAsRung
                for place in ladder.rungs.indices {
                    guard let hidden = ladder.hidden(at: place, a: 0, b: 1) else { continue }
                    decisions.append(
                        DecisionCase(
                            source: source, ladder: board, a: first.label, b: second.label,
                            lever: hidden.rung.scale / hidden.below[hidden.below.count - 1].scale,
                            visible: hidden.below, target: hidden.rung, knownFloor: floor))
                }
            }
            addAlone(first, source: source, board: board, records)
        }
        guard !contenders.isEmpty else { return }
        let ladder = Ladder(contenders.map(\.runs), records: records).withTargetAsRung
        replicates.append(
            ReplicatedLadder(
                source: source,
                arms: contenders.indices.map { index in
                    ReplicatedArm(
                        name: contenders[index].label,
                        rungs: ladder.rungs.map { ($0.scale, $0.points[index].compactMap(\.loss)) }.filter {
                            !$0.1.isEmpty
                        })
                }))
        curves += contenders.indices.map { index in
            CurveLadder(
                source: source, config: contenders[index].label, metric: "",
                rungs: ladder.rungs.compactMap { CurveLadder.Rung($0, candidate: index, source: source, ladder) })
        }
    }

    private mutating func addAlone(
        _ contender: Contender, source: String, board: String, _ records: [RunID: RunRecord]
    ) {
        let rungs = Ladder([contender.runs], records: records).withTargetAsRung.rungs.compactMap { rung in
            rung.points[0].meanLoss.map { (scale: rung.scale, loss: $0) }
        }
        for place in rungs.indices.dropFirst(2) {
            let below = rungs[..<place]
            levels.append(
                LevelCase(
                    source: source, candidate: "\(board)\u{0}\(contender.label)", scales: below.map(\.scale),
                    losses: below.map(\.loss), target: rungs[place].scale, truth: rungs[place].loss))
        }
    }
}

extension Ladder {
    /// The target as one more rung.
    var withTargetAsRung: Ladder {
        var ladder = withoutTarget
        ladder.rungs.append(target)
        return ladder
    }

    /// A rung and what lies below it, as the pair would have seen it: nothing of the rung or of those above takes part,
    /// not even in the pooling of noise. The rung's σ is that of one run, as the rungs below tell it. Nil without a
    /// loss of both at the rung, with equal losses, and with fewer than two rungs of both below.
    func hidden(at index: Int, a: Int, b: Int) -> (below: [GapRung], rung: GapRung)? {
        let rung = rungs[index]
        let lossesA = rung.points[a].compactMap(\.loss), lossesB = rung.points[b].compactMap(\.loss)
        guard !lossesA.isEmpty, !lossesB.isEmpty, lossesA.mean != lossesB.mean else { return nil }
        var ladder = withoutTarget
        // Rungs of nearly its own FLOPs, trained on fewer tokens, say nothing of how well a larger one is forecast.
        ladder.rungs = rungs.prefix(index).filter { $0.scale < 0.975 * rung.scale }
        let pair = PairLadder(ladder, a: a, b: b, noise: LadderNoise(ladder))
        let below = pair.ladderRungs, sigma = pair.sigma(at: rung.scale)
        guard below.count >= 2 else { return nil }
        return (
            below,
            GapRung(
                scale: rung.scale, tokens: rung.tokens, lossesA: lossesA, lossesB: lossesB, sigmaA: sigma.a,
                sigmaB: sigma.b)
        )
    }
}

extension CurveLadder.Rung {
    /// The finished runs of one candidate; nil without any that was evaluated on its way.
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
