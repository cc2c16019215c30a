// One scale of a ladder, with the final losses of every candidate there.

import ScalingLaws

/// One scale, with the runs of every candidate at it.
public struct LadderRung: Sendable {
    public var label: String
    /// Position on the ladder's axis; the mean where candidates differ.
    public var scale: Double
    /// Training FLOPs of one run, where known.
    public var flops: Double?
    /// The same by candidate, where they may differ.
    public var flopsByCandidate: [Double]?
    /// Training tokens of one run, on a ladder over FLOPs, where known; the geometric mean where candidates differ.
    public var tokens: Double?
    /// By candidate, in the ladder's order; empty where a candidate has no run here.
    public var points: [[ScalingPoint]]
    /// Whether a budget added it to the suite's rungs: candidates without runs here may get their first.
    package var isAdded = false

    public init(
        label: String, scale: Double, flops: Double? = nil, flopsByCandidate: [Double]? = nil, tokens: Double? = nil,
        points: [[ScalingPoint]]
    ) {
        self.label = label
        self.scale = scale
        self.flops = flops
        self.flopsByCandidate = flopsByCandidate
        self.tokens = tokens
        self.points = points
    }
}

extension TokenLine {
    /// Nil where there is no rung, or the tokens of one are not known.
    init?(_ rungs: [LadderRung]) {
        let tokens = rungs.compactMap(\.tokens)
        guard !rungs.isEmpty, tokens.count == rungs.count else { return nil }
        self.init(scales: rungs.map(\.scale), tokens: tokens)
    }
}
