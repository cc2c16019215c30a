// The places where further runs could be made, and how many. Reports, budgets and dry runs all choose from this list.

import ScalebenchCore
import ScalingLaws

/// Runs of both candidates that could be made at one place. `RunOption+Value` says what they are worth.
struct RunOption: Sendable {
    let place: LadderPlace
    /// The option's name in reports: `width 24`, `a new rung, width 64`, `the target up to 30 %, width 128`.
    let label: String
    let scale: Double
    /// Training tokens of one run; nil where they are unknown, and at the target.
    let tokens: Double?
    /// Training FLOPs of one run from `fromFraction` to `toFraction`, the mean of the two candidates; nil where
    /// unknown.
    let flops: Double?
    /// The numbers of runs of each candidate to consider, fewest first.
    let counts: [Int]
    /// The fractions of their schedule between which the runs are trained.
    var fromFraction = 0.0, toFraction = 1.0

    /// Whether the option trains the target to its end.
    var isRestOfTarget: Bool { place == .target && toFraction == 1 }

    /// The cost of one run of each candidate, as a share of what the target still costs for both: of its FLOPs, or of its
    /// scale where FLOPs are not known.
    func relativeCost(beside pair: PairLadder) -> Double {
        let seen = pair.isTargetTrained ? (a: 0, b: 0) : pair.seenOfTarget
        let left = (1 - seen.a) + (1 - seen.b)
        if let flops, let target = pair.target.rung.flops { return 2 * flops / (target * left) }
        return place == .target
            ? (max(0, toFraction - seen.a) + max(0, toFraction - seen.b)) / left : 2 * scale / (pair.targetScale * left)
    }

    /// The numbers of further seeds at a rung that both have.
    static let furtherSeeds = [2, 4, 8]
    /// The numbers of first runs at a new rung.
    static let firstSeeds = [1, 2, 4, 8]
    /// The smallest part of the target's schedule that is an option. Runs there end at evaluations, which may lie a
    /// little before the fraction that was asked for.
    fileprivate static let smallestPart = 0.01
}

extension PairLadder {
    /// Every option, the smallest scale first: further seeds at every rung that both have, a new rung below the target,
    /// and the target up to several fractions of its schedule.
    /// - Parameter assumingTrained: takes the planned rungs as trained, for a dry run.
    func runOptions(assumingTrained: Bool = false) -> [RunOption] {
        let present = rungs.indices.compactMap { option(at: $0, assumingTrained: assumingTrained) }
        guard !isTargetTrained else { return present }
        let new = newRung.map { [option(at: $0, place: .rung(rungs.count), label: "a new rung, \($0.label)")] } ?? []
        return present + new + targetFractions.compactMap(optionAtTarget)
    }

    private func option(at index: Int, assumingTrained: Bool) -> RunOption? {
        let here = rungs[index]
        if here.isTrained || assumingTrained {
            return RunOption(
                place: .rung(index), label: here.rung.label, scale: here.rung.scale, tokens: here.rung.tokens,
                flops: here.rung.flops, counts: RunOption.furtherSeeds)
        }
        // The rung was added for another candidate.
        guard here.rung.isAdded, !isTargetTrained else { return nil }
        return option(at: here.rung, place: .rung(index), label: "a new rung, \(here.rung.label)")
    }

    private func option(at rung: LadderRung, place: LadderPlace, label: String) -> RunOption {
        RunOption(
            place: place, label: label, scale: rung.scale, tokens: rung.tokens, flops: rung.flops,
            counts: RunOption.firstSeeds)
    }

    /// The target up to a fraction of its schedule; nil where both have already been trained that far.
    private func optionAtTarget(upTo fraction: Double) -> RunOption? {
        let seen = seenOfTarget, from = min(seen.a, seen.b)
        guard fraction > from + RunOption.smallestPart else { return nil }
        let part = fraction < 1 ? " up to \(Int((100 * fraction).rounded())) %" : ""
        return RunOption(
            place: .target,
            label: "\(from > 0 && fraction == 1 ? "the rest of " : "")the target\(part), \(target.rung.label)",
            scale: targetScale, tokens: nil,
            flops: target.rung.flops.map { $0 * (max(0, fraction - seen.a) + max(0, fraction - seen.b)) / 2 },
            counts: [1], fromFraction: from, toFraction: fraction)
    }
}
