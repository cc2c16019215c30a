// One rung with the runs of two candidates.

import ScalingLaws

/// One rung with the runs of A and of B.
struct PairedRung: Sendable {
    let rung: LadderRung
    let a: [ScalingPoint]
    let b: [ScalingPoint]

    init(_ rung: LadderRung, a indexA: Int, b indexB: Int) {
        self.rung = rung
        a = rung.points[indexA]
        b = rung.points[indexB]
        trunk = rung.trunks.flatMap { trunks in
            trunks[indexA].flatMap { first in trunks[indexB].map { "\(first) \($0)" } }
        }
    }

    /// The trunks of both, in one name; nil where one of the two shares none with another rung.
    let trunk: String?

    /// Whether both have a finished run here, diverged or not.
    var isTrained: Bool { !a.isEmpty && !b.isEmpty }

    /// Whether both names stand for the same runs, or for runs whose numbers agree to the last bit.
    var sharesRuns: Bool { a.areIdentical(to: b) }

    /// The losses of the seeds that both have. Only runs that were trained here are paired, where a seed fixes the
    /// order of the data and the initial weights; the seed numbers of a table need not mean that.
    var equalSeeds: [(a: Double, b: Double)] {
        var bySeed: [String: Double] = [:]
        for point in b where point.runID != nil { bySeed[point.seed] = point.loss }
        return a.compactMap { point in
            guard point.runID != nil, let loss = point.loss, let other = bySeed[point.seed] else { return nil }
            return (loss, other)
        }
    }

    /// The trunk of every seed that both have; nil where no other rung has it.
    private var trunks: [String]? {
        guard let trunk else { return nil }
        let seeds = Set(b.filter { $0.runID != nil && $0.loss != nil }.map(\.seed))
        return a.filter { $0.runID != nil && $0.loss != nil && seeds.contains($0.seed) }.map { "\(trunk) \($0.seed)" }
    }

    /// The rung as the gap model takes it; nil unless both have a finite loss.
    /// - Parameters:
    ///   - sigma: the standard deviation over seeds of one run of each here; nil where it is not known.
    ///   - seedCorrelation: the correlation of the losses of equal seeds; nil where it is not known.
    func gapRung(sigma: (a: Double?, b: Double?), seedCorrelation: Double? = nil) -> GapRung? {
        let lossesA = a.compactMap(\.loss), lossesB = b.compactMap(\.loss)
        guard !lossesA.isEmpty, !lossesB.isEmpty else { return nil }
        // The gap of shared runs is exactly zero, without noise.
        let sigma = sharesRuns ? (0, 0) : sigma
        var result = GapRung(
            scale: rung.scale, tokens: rung.tokens, lossesA: lossesA, lossesB: lossesB, sigmaA: sigma.a,
            sigmaB: sigma.b)
        result.trunks = trunks
        if let seedCorrelation, let sigmaA = sigma.a, let sigmaB = sigma.b {
            result.meanCovariance =
                seedCorrelation * sigmaA * sigmaB * Double(equalSeeds.count) / Double(lossesA.count * lossesB.count)
        }
        return result
    }
}

extension PairedCurves {
    /// The rungs where both have whole curves. Only those of equal seeds are taken, in the same order, where there are
    /// any.
    static func common(_ rungs: [PairedRung]) -> [PairedCurves] {
        rungs.compactMap { here in
            var a = here.a.filter(\.hasWholeCurve), b = here.b.filter(\.hasWholeCurve)
            let seeds = a.map(\.seed).filter(Set(b.map(\.seed)).contains)
            if !seeds.isEmpty {
                a = seeds.compactMap { seed in a.first { $0.seed == seed } }
                b = seeds.compactMap { seed in b.first { $0.seed == seed } }
            }
            guard let a = a.curveRung(here.rung.scale), let b = b.curveRung(here.rung.scale) else { return nil }
            return PairedCurves(scale: here.rung.scale, a: a, b: b)
        }
    }
}
