// Scores of the probabilities stated for decisions, with intervals that allow for what the decisions share. Pairs of
// one source share candidates, so whole candidates are resampled: a pair counts with the product of how often its two
// candidates were drawn. Where there are ten sources or more, whole sources are resampled instead.
// Source: A. B. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007) 386.

import Foundation
package import ScalingLaws

/// A figure with its 90 % interval from resampling.
package struct ScoredFigure: Codable, Sendable, Equatable {
    /// The figure; left out where it is undefined.
    package var value: Double?
    /// The 90 % interval; left out where too few candidates can be resampled.
    package var interval90: Interval?
}

/// The figures of one method on one set of decisions. A claim is a winner named with probability 0.95 or more.
package struct DecisionScore: Codable, Sendable, Equatable {
    /// The number of decisions.
    package var decisions: Int
    /// The share of decisions in which the likelier winner was the better candidate.
    package var accuracy = ScoredFigure()
    /// The mean squared error of P(A better).
    package var brier = ScoredFigure()
    /// The mean of −ln of the probability given to the better candidate, which is taken as at least 0.001.
    package var logScore = ScoredFigure()
    /// The mean loss per decision that the choices give away.
    package var regret = ScoredFigure()
    /// The share of decisions with a claim.
    package var claims = ScoredFigure()
    /// The share of claims that are wrong.
    package var claimError = ScoredFigure()
    /// The number of crossovers: decisions whose order changes between the top visible rung and the target.
    package var crossovers: Int
    /// The share of crossovers with a right claim.
    package var caught = ScoredFigure()
    /// The share of crossovers without a claim.
    package var abstained = ScoredFigure()
    /// The share of crossovers with a wrong claim.
    package var missed = ScoredFigure()
    /// The share of decisions without a crossover in which one was expected and nothing was claimed.
    package var denied = ScoredFigure()
    /// The share of gaps inside the 50 % interval.
    package var coverage50 = ScoredFigure()
    /// The share of gaps inside the 80 % interval.
    package var coverage80 = ScoredFigure()
    /// The share of gaps inside the 90 % interval.
    package var coverage90 = ScoredFigure()
}

/// Decisions whose stated confidence lies in [lower, upper), and how often they were right.
package struct ReliabilityBin: Codable, Sendable, Equatable {
    /// The smallest confidence of the bin.
    package var lower: Double
    /// The end of the bin, which is not part of it (except 1).
    package var upper: Double
    /// The number of decisions in the bin.
    package var decisions: Int
    /// The mean stated confidence; left out where the bin is empty.
    package var meanConfidence: Double?
    /// The share of decisions that were right; left out where the bin is empty.
    package var right: Double?
}

/// Decisions whose stated P(A better) lies in one of ten equal bins, and how often A was better.
package struct ProbabilityBin: Codable, Sendable, Equatable {
    /// The smallest probability of the bin.
    package var lower: Double
    /// The end of the bin, which is not part of it (except 1).
    package var upper: Double
    /// The number of decisions in the bin.
    package var decisions: Int
    /// The mean stated probability; left out where the bin is empty.
    package var meanProbability: Double?
    /// The share of decisions in which A was better; left out where the bin is empty. Which candidate is A is drawn by
    /// lot, because tables list candidates in orders of their own.
    package var aWasBetter: Double?
    /// The range in which this share lies with 99 % probability if the stated probabilities are right. It is that of
    /// independent decisions (binomial), or a wider one where decisions share candidates.
    package var band99: Interval?

    /// Whether the share lies inside the band; nil without decisions.
    package var isInside: Bool? { band99.flatMap { band in aWasBetter.map(band.contains) } }
}

/// The share of wrong decisions if only the surest ones are made.
package struct RiskPoint: Codable, Sendable, Equatable {
    /// The share of all decisions that is made, the surest first.
    package var coverage: Double
    /// The share of the made decisions that is wrong.
    package var risk: Double
}

/// How much a method's figures differ from those of another one on the same decisions.
package struct ScoreDifference: Codable, Sendable, Equatable {
    /// The name of the other method.
    package var to: String
    /// The difference of the accuracies.
    package var accuracy: ScoredFigure
    /// The difference of the Brier scores; negative is better.
    package var brier: ScoredFigure
    /// The difference of the log scores; negative is better.
    package var logScore: ScoredFigure
}

/// The answer of one method to one decision.
struct DecisionAnswer: Sendable {
    var probabilityABetter: Double
    /// Whether the gap that happened lies in the 50, 80 and 90 % intervals; nil for methods without intervals.
    var covered: [Bool]?
    var expectsCrossover = false
}

/// Scores answers; one instance serves every method, with the same resamples.
struct DecisionScorer {
    private static let resamples = 200
    /// So many sources are resampled whole.
    static let manySources = 10
    /// The relative gap at the target from which on a decision is material.
    static let materialGap = 0.005
    private static let figures: [any WritableKeyPath<DecisionScore, ScoredFigure> & Sendable] = [
        \.accuracy, \.brier, \.logScore, \.regret, \.claims, \.claimError, \.caught, \.abstained, \.missed, \.denied,
        \.coverage50, \.coverage80, \.coverage90,
    ]

    let cases: [DecisionCase]
    let sources: [String]
    private let bySource: [String: [Int]]
    /// The weight of each case in each resample.
    private let multiplicities: [[Double]]

    init(_ cases: [DecisionCase]) {
        self.cases = cases
        bySource = Dictionary(grouping: cases.indices) { cases[$0].source }
        sources = bySource.keys.sorted()
        var generator = SplitMix(seed: 20_07)
        let candidates = Dictionary(grouping: cases, by: \.source).mapValues { group in
            Set(group.flatMap { [$0.a, $0.b] }).sorted()
        }
        let order = sources, wholeSources = order.count >= Self.manySources
        multiplicities = (0..<Self.resamples).map { _ in
            guard !wholeSources else {
                var counts: [String: Double] = [:]
                for _ in order { counts[order.randomElement(using: &generator)!, default: 0] += 1 }
                return cases.map { counts[$0.source] ?? 0 }
            }
            var counts: [String: [String: Double]] = [:]
            for source in order {
                let names = candidates[source] ?? []
                for _ in names {
                    counts[source, default: [:]][names.randomElement(using: &generator)!, default: 0] += 1
                }
            }
            return cases.map { (counts[$0.source]?[$0.a] ?? 0) * (counts[$0.source]?[$0.b] ?? 0) }
        }
    }

    /// The scores over all decisions.
    func pooled(_ answers: [DecisionAnswer]) -> DecisionScore { score(answers, Array(cases.indices)) }

    /// The scores over the decisions that end at least half a percent apart.
    func material(_ answers: [DecisionAnswer]) -> DecisionScore {
        score(
            answers,
            cases.indices.filter { abs(cases[$0].observedGap) >= Self.materialGap * cases[$0].target.lossesA.mean })
    }

    /// The figures of `answers` minus those of `others` over all decisions, with intervals from common resamples.
    func difference(_ answers: [DecisionAnswer], _ others: [DecisionAnswer], to name: String) -> ScoreDifference {
        let indices = Array(cases.indices), all = [Double](repeating: 1, count: cases.count)
        func differences(_ weights: [Double]) -> [Double?] {
            zip(figures(answers, indices, weights), figures(others, indices, weights)).map { pair in
                pair.0.flatMap { own in pair.1.map { own - $0 } }
            }
        }
        let values = assemble(indices, differences(all), multiplicities.map(differences))
        return ScoreDifference(to: name, accuracy: values.accuracy, brier: values.brier, logScore: values.logScore)
    }

    func bySource(_ answers: [DecisionAnswer]) -> [String: DecisionScore] {
        bySource.mapValues { score(answers, $0) }
    }

    /// The mean over sources. A source that does not have a figure is left out of the mean of that figure.
    func macro(_ answers: [DecisionAnswer]) -> DecisionScore {
        let all = [Double](repeating: 1, count: cases.count)
        func mean(_ weights: [Double]) -> [Double?] {
            let perSource = sources.map { figures(answers, bySource[$0] ?? [], weights) }
            return Self.figures.indices.map { k in
                let known = perSource.compactMap { $0[k] }
                return known.isEmpty ? nil : known.mean
            }
        }
        return assemble(Array(cases.indices), mean(all), multiplicities.map(mean))
    }

    /// The bins of confidence: five of ten percent, of which the last is split at 0.95 and 0.99.
    func reliability(_ answers: [DecisionAnswer]) -> [ReliabilityBin] {
        let edges = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0]
        return zip(edges, edges.dropFirst()).map { lower, upper in
            let inside = answers.indices.filter {
                let p = answers[$0].probabilityABetter, confidence = max(p, 1 - p)
                return confidence >= lower && (confidence < upper || upper == 1)
            }
            let right = inside.filter { isRight(answers[$0], cases[$0]) }
            let confidences = inside.map { max(answers[$0].probabilityABetter, 1 - answers[$0].probabilityABetter) }
            return ReliabilityBin(
                lower: lower, upper: upper, decisions: inside.count,
                meanConfidence: inside.isEmpty ? nil : confidences.mean,
                right: inside.isEmpty ? nil : Double(right.count) / Double(inside.count))
        }
    }

    /// The ten equal bins of P(A better), where a coin decides which candidate is A.
    func probabilityBins(_ answers: [DecisionAnswer]) -> [ProbabilityBin] {
        var coin = SplitMix(seed: 39)
        let drawn = zip(answers, cases).map { answer, decision -> (stated: Double, happened: Double) in
            let swap = coin.next() & 1 == 1, better = decision.aIsBetter != swap
            return (swap ? 1 - answer.probabilityABetter : answer.probabilityABetter, better ? 1 : 0)
        }
        return (0..<10).map { bin in
            let inside = drawn.indices.filter { min(Int(drawn[$0].stated * 10), 9) == bin }
            let stated = inside.map { drawn[$0].stated }.mean, happened = inside.map { drawn[$0].happened }.mean
            return ProbabilityBin(
                lower: Double(bin) / 10, upper: Double(bin + 1) / 10, decisions: inside.count,
                meanProbability: inside.isEmpty ? nil : stated, aWasBetter: inside.isEmpty ? nil : happened,
                band99: inside.isEmpty ? nil : band(inside, stated) { drawn[$0].happened - drawn[$0].stated })
        }
    }

    /// The band around `stated`: the wider of the binomial one and the one that resampling gives.
    private func band(_ inside: [Int], _ stated: Double, _ surprise: (Int) -> Double) -> Interval {
        let independent = BinomialBand.interval99(of: inside.count, probability: stated)
        let draws = multiplicities.compactMap { weights -> Double? in
            let total = inside.reduce(0) { $0 + weights[$1] }
            return total > 0 ? inside.reduce(0) { $0 + weights[$1] * surprise($1) } / total : nil
        }
        guard draws.count > Self.resamples / 2 else { return independent }
        let mean = draws.mean
        let deviation = draws.map { ($0 - mean) * ($0 - mean) }.mean.squareRoot()
        let half = NormalDistribution.quantile(0.995) * deviation
        return Interval(
            max(min(independent.lower, stated - half), 0), min(max(independent.upper, stated + half), 1))
    }

    /// The risk in steps of five percent of coverage. Errors are spread evenly over decisions that are equally sure.
    func riskCoverage(_ answers: [DecisionAnswer]) -> [RiskPoint] {
        let confidence = answers.map { max($0.probabilityABetter, 1 - $0.probabilityABetter) }
        let groups = Dictionary(grouping: answers.indices) { confidence[$0] }.sorted { $0.key > $1.key }.map { group in
            (count: group.value.count, wrong: group.value.count { !isRight(answers[$0], cases[$0]) })
        }
        return stride(from: 0.05, through: 1.0001, by: 0.05).map { share in
            var rest = share * Double(answers.count), wrong = 0.0
            for group in groups where rest > 0 {
                let taken = min(rest, Double(group.count))
                wrong += Double(group.wrong) * taken / Double(group.count)
                rest -= taken
            }
            return RiskPoint(coverage: min(share, 1), risk: wrong / (share * Double(answers.count)))
        }
    }

    private func score(_ answers: [DecisionAnswer], _ indices: [Int]) -> DecisionScore {
        let all = [Double](repeating: 1, count: cases.count)
        return assemble(
            indices, figures(answers, indices, all), multiplicities.map { figures(answers, indices, $0) })
    }

    private func assemble(_ indices: [Int], _ values: [Double?], _ resampled: [[Double?]]) -> DecisionScore {
        var score = DecisionScore(
            decisions: indices.count, crossovers: indices.filter { cases[$0].isCrossover }.count)
        // With very few candidates the resamples hardly differ, and the interval would be too narrow.
        let candidates = Set(indices.flatMap { [cases[$0].source + cases[$0].a, cases[$0].source + cases[$0].b] })
        for (k, figure) in Self.figures.enumerated() {
            let draws = resampled.compactMap { $0[k] }
            score[keyPath: figure] = ScoredFigure(
                value: values[k],
                interval90: values[k] == nil || draws.count < Self.resamples / 2 || candidates.count < 5
                    ? nil : Estimate(draws: draws).interval90)
        }
        return score
    }

    /// Whether the likelier winner was the better one. A probability of exactly one half counts as a choice of B.
    private func isRight(_ answer: DecisionAnswer, _ decision: DecisionCase) -> Bool {
        (answer.probabilityABetter > 0.5) == decision.aIsBetter
    }

    /// Every figure, in the order of `figures`, as a weighted mean; nil where nothing carries weight.
    private func figures(_ answers: [DecisionAnswer], _ indices: [Int], _ weights: [Double]) -> [Double?] {
        var sums = [Double](repeating: 0, count: Self.figures.count), totals = sums
        func add(_ k: Int, _ value: Double, _ weight: Double) {
            sums[k] += weight * value
            totals[k] += weight
        }
        for index in indices where weights[index] > 0 {
            let decision = cases[index], answer = answers[index], weight = weights[index]
            let p = answer.probabilityABetter, truth = decision.aIsBetter ? 1.0 : 0
            let right = isRight(answer, decision), claimed = max(p, 1 - p) >= 0.95
            let a = decision.target.lossesA.mean, b = decision.target.lossesB.mean
            add(0, right ? 1 : 0, weight)
            add(1, (p - truth) * (p - truth), weight)
            add(2, -log(min(max(decision.aIsBetter ? p : 1 - p, 1e-3), 1)), weight)
            add(3, right ? 0 : abs(a - b), weight)
            add(4, claimed ? 1 : 0, weight)
            if claimed { add(5, right ? 0 : 1, weight) }
            if decision.isCrossover {
                add(6, claimed && right ? 1 : 0, weight)
                add(7, claimed ? 0 : 1, weight)
                add(8, claimed && !right ? 1 : 0, weight)
            }
            if answer.covered != nil {
                add(9, !decision.isCrossover && !claimed && answer.expectsCrossover ? 1 : 0, weight)
            }
            for (k, covered) in (answer.covered ?? []).enumerated() { add(10 + k, covered ? 1 : 0, weight) }
        }
        return zip(sums, totals).map { $1 > 0 ? $0 / $1 : nil }
    }
}
