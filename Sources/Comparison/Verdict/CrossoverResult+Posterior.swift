// Finds from a posterior where the two curves cross.

import ScalingLaws

extension CrossoverResult {
    /// The search ends at this multiple of the target's scale.
    private static let reach = 8.0

    /// - Parameter signChanges: the forecast's probability that the order at the target is not that of the top rung. A
    ///   crossing is at least as probable.
    init(_ posterior: GapPosterior, _ pair: PairLadder, signChanges: Double) {
        let smallest = pair.smallestScaleLikeTarget
        let far = posterior.crossing(from: smallest, to: pair.targetScale * Self.reach)
        let below = posterior.crossing(from: smallest, to: pair.targetScale)
        let statement: Statement =
            switch far.kind {
            case .none: .noneUpTo
            case .between: .between
            case .cannotBePlaced: .cannotBePlaced
            }
        self.init(
            statement: statement, probabilityBelowTarget: max(below.probability, signChanges),
            scale: far.kind == .between ? far.place : nil, searchedUpTo: pair.targetScale * Self.reach,
            noneUpTo: far.noneUpTo)
    }
}
