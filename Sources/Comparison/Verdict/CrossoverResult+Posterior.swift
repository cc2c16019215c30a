// Finds from a posterior where the two curves cross.

import ScalingLaws

extension CrossoverResult {
    /// The search ends at this multiple of the target's scale.
    private static let reach = 8.0

    /// - Parameter signChanges: the forecast's probability that the order at the target is not that of the top rung. It
    ///   allows for rungs that deviate from the trend, which the search along the smooth trend does not see. A crossing
    ///   is at least as probable; from 5 % on, it cannot be excluded beyond the top rung.
    init(_ posterior: GapPosterior, _ pair: PairLadder, signChanges: Double) {
        let smallest = pair.smallestScaleLikeTarget
        let far = posterior.crossing(from: smallest, to: pair.targetScale * Self.reach)
        let below = posterior.crossing(from: smallest, to: pair.targetScale)
        let statement: Statement =
            switch far.kind {
            case .none: signChanges < 0.05 ? .noneUpTo : .cannotBePlaced
            case .between: .between
            case .cannotBePlaced: .cannotBePlaced
            }
        self.init(
            statement: statement, probabilityBelowTarget: max(below.probability, signChanges),
            scale: far.kind == .between ? far.place : nil, searchedUpTo: pair.targetScale * Self.reach,
            noneUpTo: far.noneUpTo.map { min($0, signChanges < 0.05 ? $0 : pair.rungs.last?.rung.scale ?? $0) })
    }
}
