// The numbers behind a verdict, in the words and the order of every renderer.

import Comparison
import ScalebenchCore
import ScalingLaws

/// The numbers of a pair at the target. While the target is untrained there is one column; later the forecast stands
/// beside what the target's runs show.
struct VerdictNumbers {
    struct Row {
        var label: String
        var values: [String]
    }

    /// The titles of the columns of values.
    let header: [String]
    let rows: [Row]

    init(_ pair: PairResult, of result: CompareResult) {
        let predicted = Self.predicted(pair.predicted)
        let conclusions = Self.conclusions(pair, of: result)
        if let now = pair.observed.map({ Self.observed(pair, $0) })
            ?? pair.earlyForecast.map({ Self.begun(pair, $0) })
        {
            let seen = pair.earlyForecast.map { "\(Phrase.share($0.fraction)) of " } ?? ""
            header = ["predicted from the ladder [90 %]", "with \(seen)the target [90 %]"]
            rows =
                predicted.indices.map { Row(label: predicted[$0].label, values: [predicted[$0].value, now[$0]]) }
                + conclusions.map { Row(label: $0.label, values: ["", $0.value]) }
        } else {
            header = ["predicted from the ladder [90 %]"]
            rows = (predicted + conclusions).map { Row(label: $0.label, values: [$0.value]) }
        }
    }

    private static func predicted(_ p: PairResult.Prediction) -> [(label: String, value: String)] {
        [
            ("verdict", Phrase.verdict(p.verdict)),
            ("probability that A is better", p.probabilityABetter.map(Phrase.percent) ?? "–"),
            ("loss of A", Phrase.interval(p.lossA, Phrase.loss)), ("loss of B", Phrase.interval(p.lossB, Phrase.loss)),
            ("gap, one run of each", Phrase.interval(p.gap, Phrase.gap)),
        ]
    }

    /// The same rows once the target is trained.
    private static func observed(_ pair: PairResult, _ observed: PairResult.Observation) -> [String] {
        let loss = { (value: Double?) in value.map(Phrase.loss) ?? "diverged" }
        let error = observed.evaluationStandardError.map { " ± \(Phrase.loss($0))" } ?? ""
        return [
            Phrase.verdict(pair.verdict), pair.probabilityABetter.map(Phrase.percent) ?? "–", loss(observed.lossA),
            loss(observed.lossB), (observed.gap.map(Phrase.gap) ?? "–") + error,
        ]
    }

    /// The same rows while the target's runs are under way.
    private static func begun(_ pair: PairResult, _ early: EarlyForecast) -> [String] {
        [
            Phrase.verdict(pair.verdict), pair.probabilityABetter.map(Phrase.percent) ?? "–",
            Phrase.interval(early.a.finalLoss, Phrase.loss), Phrase.interval(early.b.finalLoss, Phrase.loss),
            Phrase.interval(pair.gap, Phrase.gap),
        ]
    }

    /// Further rows, from all that is known.
    private static func conclusions(_ pair: PairResult, of result: CompareResult) -> [(label: String, value: String)] {
        var rows: [(String, String)] = []
        if result.axis != .parameters {
            rows.append(("compute B needs to reach A's loss", multiplier(pair.computeMultiplier)))
        }
        if let time = pair.deviceTime, time.ratio != nil {
            if result.axis != .parameters {
                rows.append(("device time B needs to reach A's loss", multiplier(time.multiplier)))
            }
            rows.append(("device time of B's run over A's", multiplier(time.ratio)))
        }
        rows.append(("curves cross", crossing(pair.crossover, axis: result.axis)))
        if let regret = pair.expectedRegret {
            rows.append(
                ("expected regret of choosing A, of B", "\(Phrase.regret(regret.a)), \(Phrase.regret(regret.b))"))
        }
        return rows
    }

    private static func multiplier(_ estimate: Estimate?) -> String {
        guard let estimate else { return "–" }
        return Phrase.interval(estimate) { Phrase.multiplier($0) + "×" }
    }

    static func crossing(_ crossover: CrossoverResult?, axis: ScaleAxis) -> String {
        guard let crossover else { return "–" }
        let scale = { (value: Double) in Quantity.scale(value, axis) }
        switch crossover.statement {
        case .noneUpTo: return "no, up to \(scale(crossover.searchedUpTo))"
        case .between:
            guard let interval = crossover.scale?.interval90 else { return "–" }
            return "between \(scale(interval.lower)) and \(scale(interval.upper))"
        case .cannotBePlaced:
            guard let clear = crossover.noneUpTo else { return "cannot be placed" }
            return "not below \(scale(clear)); beyond, cannot be placed"
        }
    }
}
