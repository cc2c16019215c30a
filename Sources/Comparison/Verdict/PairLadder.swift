// A pair of candidates with everything that a verdict is made from. It brings their runs into the form that the gap
// model takes, and does no statistics of its own.

import Foundation
import ScalebenchCore
import ScalingLaws

/// Two candidates of a ladder, ready for the gap model and the checks.
struct PairLadder: Sendable {
    let a: String
    let b: String
    let axis: ScaleAxis
    let targetScale: Double
    /// The rungs below the target, smallest first.
    let rungs: [PairedRung]
    let target: PairedRung
    let noise: LadderNoise
    let rungsAbove: [String]
    /// A rung that could be added below the target.
    let newRung: LadderRung?
    /// What the start of the runs at the target says; nil before they have begun, and once both have ended.
    let early: EarlyCurves?
    /// Correlation of the losses of equal seeds, by rung; nil where it is not known. It is never known at the target:
    /// one pair of runs there does not show it, and the rungs' correlations are not carried upwards.
    let seedCorrelations: [Double?]
    /// The runs at the target as far as they have come; nil before their first evaluation.
    let begun: (a: RunCurve?, b: RunCurve?)
    /// The fractions of their schedule up to which the runs at the target may be trained.
    let targetFractions: [Double]
    /// The rungs' curves, from which runs at the target are forecast.
    let template: PairedTemplate
    /// The surface that both are members of, with the paths of their settings; nil where they are not of one family.
    let surface: (surface: SettingsSurface, a: SettingsPath, b: SettingsPath)?
    /// The settings in which A's family differs.
    let settings: [String]
    let indexA: Int
    let indexB: Int

    init(_ ladder: Ladder, a indexA: Int, b indexB: Int, _ pooled: PooledEvidence) {
        a = ladder.candidates[indexA]
        b = ladder.candidates[indexB]
        axis = ladder.axis
        targetScale = ladder.target.scale
        rungs = ladder.rungs.map { PairedRung($0, a: indexA, b: indexB) }
        target = PairedRung(ladder.target, a: indexA, b: indexB)
        noise = pooled.noise
        rungsAbove = ladder.rungsAbove
        newRung = ladder.newRung
        let paired = PairedCurves.common(rungs)
        template = PairedTemplate(paired)
        early = EarlyCurves(
            begunA: ladder.begun[indexA], begunB: ladder.begun[indexB], rungs: paired, targetScale: targetScale)
        // A run that diverged there has no curve to forecast from, so that only the other one's final loss can help.
        let hasDiverged = (target.a + target.b).contains(where: \.diverged)
        targetFractions = hasDiverged ? [1] : ladder.targetFractions
        seedCorrelations = SeedPairing(rungs.map { SeedPairing.EqualSeeds($0.equalSeeds) }).correlations
        begun = (ladder.begun[indexA], ladder.begun[indexB])
        settings = ladder.familyOf[indexA].map { ladder.families[$0].settings.map(\.name) } ?? []
        surface = Self.surface(ladder, indexA, indexB, pooled)
        self.indexA = indexA
        self.indexB = indexB
    }

    // MARK: - Settings

    /// The surface of both with the paths of their settings, to a decade beyond the target.
    private static func surface(
        _ ladder: Ladder, _ a: Int, _ b: Int, _ pooled: PooledEvidence
    ) -> (surface: SettingsSurface, a: SettingsPath, b: SettingsPath)? {
        guard let family = ladder.familyOf[a], ladder.familyOf[b] == family, let surface = pooled.surfaces[family]
        else {
            return nil
        }
        var beyond = ladder.target
        beyond.scale *= 10
        beyond.settings = nil
        let places = ladder.rungs + [ladder.target, beyond]
        guard let first = ladder.settingsPath(of: a, at: places), let second = ladder.settingsPath(of: b, at: places)
        else { return nil }
        return (surface, first, second)
    }

    /// The gap as the surface of the family has it; nil where there is none. Where one of the two was not trained up to the
    /// family's top rung, their own walk starts further down and knows less, so that the surface stands alone.
    var surfaceGap: SurfaceGap? {
        guard let surface else { return nil }
        var gap = surface.surface.gap(surface.a, surface.b)
        let top = rungs.last { rung in rung.rung.points.contains { !$0.isEmpty } }
        if let top, !top.isTrained { gap.share = 1 }
        return gap
    }

    // MARK: - Noise

    /// Correlation of the losses of equal seeds at a place; nil where it is not known.
    func seedCorrelation(at place: LadderPlace) -> Double? {
        guard case .rung(let index) = place, index < rungs.count else { return nil }
        return seedCorrelations[index]
    }

    /// Standard deviation over seeds of one run of each at a scale; nil where no rung has two seeds of one candidate.
    func sigma(at scale: Double) -> (a: Double?, b: Double?) {
        (noise.sigma(candidate: indexA, scale: scale), noise.sigma(candidate: indexB, scale: scale))
    }

    /// The same at a rung, whose losses may have deviations of their own.
    func sigma(at rung: LadderRung) -> (a: Double?, b: Double?) {
        let seeds = sigma(at: rung.scale)
        return (rung.deviations?[indexA] ?? seeds.a, rung.deviations?[indexB] ?? seeds.b)
    }

    /// The same at the target. Unknown noise is assumed there once its runs have begun: a single run would otherwise be
    /// taken for the truth. Below the target the model's misfit can stand for it.
    var sigmaAtTarget: (a: Double?, b: Double?) {
        guard isTargetTrained || early != nil else { return sigma(at: target.rung) }
        let assumed = assumedSigmaAtTarget
        return (assumed.a, assumed.b)
    }

    /// What `sigmaAtTarget` is once the target has been trained.
    var assumedSigmaAtTarget: (a: Double, b: Double) {
        (
            noise.assumedSigma(candidate: indexA, scale: targetScale),
            noise.assumedSigma(candidate: indexB, scale: targetScale)
        )
    }

    /// Candidates of this pair whose noise was not pooled: name, rung, ratio to the pooled noise.
    var oddNoise: [(name: String, label: String, ratio: Double)] {
        noise.pooled.oddGroups.compactMap { group in
            guard group.candidate == indexA || group.candidate == indexB else { return nil }
            let here = (rungs + [target]).first { abs(log($0.rung.scale / group.scale)) < 1e-6 }
            return (
                group.candidate == indexA ? a : b, here?.rung.label ?? Quantity.scale(group.scale, axis), group.ratio
            )
        }
    }

    // MARK: - What the gap model takes

    /// The rungs where both have a finite loss, as the gap model takes them.
    var ladderRungs: [GapRung] {
        zip(rungs, seedCorrelations).compactMap { rung, correlation in
            rung.gapRung(sigma: sigma(at: rung.rung), seedCorrelation: correlation)
        }
    }

    func requireCommonRungs() throws {
        let common = ladderRungs.count
        guard common >= 2 else {
            throw ScalebenchError(
                .invalidInput, "\(a) and \(b) have \(Quantity.count(common, "rung")) in common below the target",
                hint: "train both at two scales or more; scales within 2.5 % of each other count as one rung")
        }
    }

    // MARK: - Tokens

    /// The tokens over FLOPs of the rungs that both have, as a line; nil where the tokens of one are not known.
    var tokenLine: TokenLine? { TokenLine(rungs.filter(\.isTrained).map(\.rung)) }

    /// The target's scale and tokens; nil where its tokens are not known.
    var targetPlace: TrainedScale? { target.rung.tokens.map { TrainedScale(scale: targetScale, tokens: $0) } }

    /// The scale of the smallest rung that is trained about as long for its FLOPs as the target: on more than half and
    /// less than twice as many tokens. It is the smallest of all where there is no such rung, or tokens are not known.
    var smallestScaleLikeTarget: Double {
        let smallest = rungs.first?.rung.scale ?? targetScale
        guard let line = tokenLine else { return smallest }
        let target = target.rung.tokens.map { line.offset(scale: targetScale, tokens: $0) } ?? 0
        let like = rungs.first { here in
            here.rung.tokens.map { abs(line.offset(scale: here.rung.scale, tokens: $0) - target) < log10(2) } ?? false
        }
        return like?.rung.scale ?? smallest
    }

    // MARK: - Special cases

    /// Whether both names stand for the same or bit-equal runs wherever either was trained, the target included.
    var candidatesAreIdentical: Bool {
        let trained = (rungs + [target]).filter { !$0.a.isEmpty || !$0.b.isEmpty }
        return !trained.isEmpty && trained.allSatisfy(\.sharesRuns)
    }

    /// The verdict where divergence alone decides it, at the target or, while that is untrained, at the top rung of
    /// both. A candidate whose every run diverged there loses to one that has a loss; where both diverged the pair is
    /// unresolved.
    var divergenceVerdict: Verdict? {
        guard let place = isTargetTrained ? target : rungs.last(where: \.isTrained) else { return nil }
        // A candidate that diverged at the top rung still has a chance if any of its runs at the target has a loss.
        let lost = { (here: [ScalingPoint], atTarget: [ScalingPoint]) in
            here.allSatisfy(\.diverged) && atTarget.allSatisfy(\.diverged)
        }
        switch (lost(place.a, target.a), lost(place.b, target.b)) {
        case (false, false): return nil
        case (true, true): return .unresolved
        case (let lostA, _): return lostA ? .bBetter : .aBetter
        }
    }

    /// FLOPs of B over those of A at every rung where both are known.
    var computeRatios: [(label: String, ratio: Double)] {
        (rungs + [target]).compactMap { here in
            guard let a = here.rung.flopsByCandidate?[indexA], let b = here.rung.flopsByCandidate?[indexB] else {
                return nil
            }
            return (here.rung.label, b / a)
        }
    }
}
