// One scale of a ladder, with the final losses of every candidate there.

import ScalingLaws

/// One scale, with the runs of every candidate at it.
public struct LadderRung: Sendable {
    /// The rung's name in reports.
    public var label: String
    /// The rung's scale in units of the ladder's axis; the mean where candidates differ.
    public var scale: Double
    /// Training FLOPs of one run; nil where they are not known.
    public var flops: Double?
    /// Training FLOPs of one run of each candidate; nil where they are not known by candidate.
    public var flopsByCandidate: [Double]?
    /// Training tokens of one run, the geometric mean where candidates differ; nil where they are not known, or the
    /// axis is not FLOPs.
    public var tokens: Double?
    /// The finished runs of each candidate, in the ladder's order; an empty list where a candidate has none here.
    public var points: [[ScalingPoint]]
    /// What the ladder's settings are here, by candidate; nil for a candidate that has none. The whole list is nil on a
    /// ladder without settings, and where they are not known.
    package var settings: [[Double]?]?
    /// The standard deviations of the candidates' losses here where they are not those of seeds, as for the bottom of a
    /// fitted valley; nil where they are.
    package var deviations: [Double?]?
    /// The width of the models here; nil where it is not known.
    package var width: Double?
    /// By candidate, the name of the trunk of its runs here; nil where no other rung has it. The whole list is nil where
    /// nothing is known of trunks.
    package var trunks: [String?]?
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

extension LadderRung {
    /// The rung of these candidates, in this order.
    func reordered(_ order: [Int]) -> LadderRung {
        var rung = self
        rung.points = order.map { points[$0] }
        rung.flopsByCandidate = flopsByCandidate.map { flops in order.map { flops[$0] } }
        rung.trunks = trunks.map { trunks in order.map { trunks[$0] } }
        rung.settings = settings.map { settings in order.map { settings[$0] } }
        rung.deviations = deviations.map { deviations in order.map { deviations[$0] } }
        return rung
    }
}

extension TokenLine {
    /// The line through these rungs; nil where there is no rung, or the tokens of one are not known.
    init?(_ rungs: [LadderRung]) {
        let tokens = rungs.compactMap(\.tokens)
        guard !rungs.isEmpty, tokens.count == rungs.count else { return nil }
        self.init(scales: rungs.map(\.scale), tokens: tokens)
    }
}
