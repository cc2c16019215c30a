// The best of twenty: what is claimed must come true, and the luck of the leader must be taken off.

import Foundation
import ScalingLaws
import Testing

@Suite struct BestOfBoardTests {
    private static let count = 720

    private struct Judged: Sendable {
        var kind: SyntheticBoard.Kind
        var probabilities: [Double]
        var winner: Int
        /// The gap of the candidate that looks best, less the true one, before and after its luck is taken off.
        var errorBefore: Double
        var error: Double

        var leader: Int { probabilities.indices.max { probabilities[$0] < probabilities[$1] }! }
        var stated: Double { probabilities[leader] }
        var isRight: Bool { leader == winner }
    }

    private static func judge(_ board: SyntheticBoard) throws -> Judged {
        let model = GapModel()
        let gaps = try board.ladders.map { rungs in
            try model.posterior(rungs).gapDistribution(
                at: board.target, sigmaA: board.sigmaAtTarget, sigmaB: board.sigmaAtTarget)
        }
        let before = gaps.map { Estimate(draws: $0.expected).point }
        let moved = BestOf.withoutLuck(gaps)
        let leader = before.indices.min { before[$0] < before[$1] }!
        let truth = board.expected[leader + 1] - board.expected[0]
        return Judged(
            kind: board.kind, probabilities: BestOf.probabilities(moved), winner: board.winner,
            errorBefore: before[leader] - truth, error: Estimate(draws: moved[leader].expected).point - truth)
    }

    private static let boards: [Judged] = inParallel(count) { try? judge(SyntheticBoard($0)) }.compactMap { $0 }

    @Test func claimsAreSeldomWrong() {
        let claims = Self.boards.filter { $0.stated >= 0.95 }, wrong = claims.count { !$0.isRight }
        let n = Double(claims.count)
        print("best of 20: \(Self.boards.count) boards, \(claims.count) claims, \(wrong) wrong")
        #expect(Self.boards.count == Self.count)
        #expect(claims.count >= 200)
        #expect(Double(wrong) <= 0.05 * n + 2 * (0.05 * 0.95 * n).squareRoot())
        #expect(Self.boards.allSatisfy { abs($0.probabilities.reduce(0, +) - 1) < 1e-9 })
    }

    /// In every bin of what is stated of the leader, at least as many leaders are best, within five points and noise.
    @Test func leadersAreNotOverstated() {
        for bin in 0..<10 {
            let inside = Self.boards.filter { min(Int($0.stated * 10), 9) == bin }
            guard inside.count >= 10 else { continue }
            let n = Double(inside.count), right = Double(inside.count(where: \.isRight)) / n
            let stated = inside.map(\.stated).reduce(0, +) / n
            print("best of 20, leaders: \(inside.count) stated \(stated), right \(right)")
            #expect(stated - right < 0.05 + 2 * (stated * (1 - stated) / n).squareRoot(), "\(bin)")
        }
    }

    /// Every candidate's probability, not the leader's alone. High ones may come true more often than stated: single
    /// winners win more often than a prior with heavy tails expects.
    @Test func probabilitiesComeTrue() {
        let all = Self.boards.flatMap { board in
            board.probabilities.indices.map { (stated: board.probabilities[$0], isBest: $0 == board.winner) }
        }
        let edges = [0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.8, 1.01]
        for (low, high) in zip(edges, edges.dropFirst()) {
            let inside = all.filter { $0.stated >= low && $0.stated < high }, n = Double(inside.count)
            let stated = inside.map(\.stated).reduce(0, +) / n, share = Double(inside.count(where: \.isBest)) / n
            print("best of 20, all: \(inside.count) stated \(stated), best \(share)")
            let noise = 3 * (stated * (1 - stated) / n).squareRoot()
            #expect(stated - share < 0.02 + noise)
            if high <= 0.1 { #expect(share - stated < 0.01 + noise) }
        }
    }

    /// Where nobody is better, the gap of the candidate that looks best was luck.
    @Test func theLuckOfTheLeaderIsTakenOff() {
        for kind in [SyntheticBoard.Kind.ties, .nearTies] {
            let some = Self.boards.filter { $0.kind == kind }
            let before = Estimate(draws: some.map(\.errorBefore)).point,
                after = Estimate(draws: some.map(\.error)).point
            print("best of 20, \(kind): median error of the leader's gap \(before), without luck \(after)")
            #expect(before < -0.005)
            #expect(abs(after) < 0.4 * abs(before))
        }
    }

    /// On boards of exact ties the reference wins as often as any other, although all gaps refer to it.
    @Test func theReferenceIsACandidateLikeTheOthers() {
        let ties = Self.boards.filter { $0.kind == .ties }
        let stated = ties.map { $0.probabilities[0] }.reduce(0, +) / Double(ties.count)
        print("best of 20, ties: the reference is best with \(stated)")
        #expect(stated > 0.025 && stated < 0.1)
    }
}
