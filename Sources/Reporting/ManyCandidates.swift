// What is shown of more candidates than can stand side by side: a table of the losses with a row for each, and every
// finding once.

import Comparison
import ScalebenchCore
import ScalingLaws

extension CompareResult {
    /// The colours of candidates in pictures of trends: those of many are told apart where they are shown.
    var colours: [Int] {
        guard hasMany else { return candidates.indices.map { $0 % 6 } }
        var colours = candidates.map { _ in 0 }
        for (place, pair) in picturedPairs.enumerated() { colours[pair + 1] = place + 1 }
        return colours
    }

    /// Says what pictures leave out; nil where they show all.
    var picturedPairsNote: String? {
        guard picturedPairs.count < pairs.count else { return nil }
        return
            "Of the \(pairs.count) others, pictures show the \(picturedPairs.count) that are likeliest to be the best."
    }

    /// The losses with a row per candidate and a column per rung.
    var lossesByCandidate: TextTable {
        // Width and tokens of a rung stand below each other, to keep columns narrow.
        let labels = ladder.map {
            SafeText.line($0.label, limit: 60).split(separator: ", ", maxSplits: 1).map(String.init)
        }
        var table = TextTable(
            header: ["rung"] + zip(labels, ladder).map { ($0.first ?? "") + ($1.isTarget ? " (target)" : "") })
        if labels.contains(where: { $0.count > 1 }) { table.add([""] + labels.map { $0.count > 1 ? $0[1] : "" }) }
        if !labelsAreScales { table.add([axis.unit] + ladder.map { Quantity.short($0.scale) }) }
        table.add(["runs"] + ladder.map { Self.counts($0.candidates.map(\.runs)) })
        for index in candidates.indices {
            table.add(
                [SafeText.line(candidates[index], limit: 30)] + ladder.map { Self.loss($0.candidates[index]) })
        }
        return table
    }

    /// Whether rungs are named by their scales alone, as those of tables often are.
    var labelsAreScales: Bool { ladder.allSatisfy { $0.label == Quantity.scale($0.scale, axis) } }

    /// `2`, `0–3`.
    private static func counts(_ runs: [Int]) -> String {
        let least = runs.min() ?? 0, most = runs.max() ?? 0
        return least == most ? String(most) : "\(least)–\(most)"
    }

    /// The half-width stands for the interval, which is symmetric, to keep columns narrow.
    private static func loss(_ candidate: RungResult.CandidateResult) -> String {
        guard let mean = candidate.meanLoss else { return candidate.diverged > 0 ? "diverged" : "–" }
        let half = candidate.loss.map { " ± \(Phrase.loss(($0.interval90.upper - $0.interval90.lower) / 2))" } ?? ""
        return Phrase.loss(mean) + half + (candidate.diverged > 0 ? " (\(candidate.diverged) diverged)" : "")
    }
}

extension CompareResult {
    /// The cheapest way to a decision of the pair that is the farthest from one; nil where no runs are proposed.
    var closestStep: String? {
        let open = pairs.filter { !$0.nextRuns.isEmpty }
        func certainty(_ pair: PairResult) -> Double { abs((pair.probabilityABetter ?? 0.5) - 0.5) }
        guard let closest = open.min(by: { certainty($0) < certainty($1) }) else { return nil }
        return "The closest pair is \(Phrase.contest([closest.a, closest.b])). \(Phrase.nextStep(closest.nextRuns[0]))"
    }
}

/// The findings of many pairs, equal ones once.
struct SharedFindings {
    /// Those that all pairs have in common.
    private(set) var ofAll: [Finding] = []
    /// The others, warnings first, each naming its pairs by their B.
    private(set) var ofSome: [Finding] = []

    init(_ pairs: [PairResult]) {
        var groups: [(finding: Finding, names: [String])] = []
        for (finding, name) in Self.unified(pairs) {
            if let index = groups.firstIndex(where: { $0.finding == finding }) {
                if groups[index].names.last != name { groups[index].names.append(name) }
            } else {
                groups.append((finding, [name]))
            }
        }
        for group in groups {
            if group.names.count == pairs.count {
                ofAll.append(group.finding)
            } else {
                var finding = group.finding
                finding.message = "\(Phrase.list(group.names)): \(finding.message)"
                ofSome.append(finding)
            }
        }
        ofSome = ofSome.filter { $0.severity == .warning } + ofSome.filter { $0.severity != .warning }
    }

    /// Every finding with the name of its pair's B. Findings that differ in this name alone are made equal: they say B.
    private static func unified(_ pairs: [PairResult]) -> [(Finding, String)] {
        let all = pairs.flatMap { pair in pair.shownFindings.map { ($0, $0.saying("B", for: pair.b), pair.b) } }
        let counts = all.reduce(into: [Finding: Int]()) { $0[$1.1, default: 0] += 1 }
        return all.map { own, general, name in (counts[general, default: 0] > 1 ? general : own, name) }
    }
}

extension Finding {
    /// The same with another word for a name.
    fileprivate func saying(_ word: String, for name: String) -> Finding {
        Finding(
            code, severity, message.replacing(wholeWord: name, with: word),
            advice: advice.replacing(wholeWord: name, with: word))
    }
}

extension String {
    /// Replaces a name where no letter or digit goes on before or after it.
    fileprivate func replacing(wholeWord name: String, with word: String) -> String {
        guard !name.isEmpty else { return self }
        var result = "", rest = self[...]
        while let place = rest.firstRange(of: name) {
            let before = rest[..<place.lowerBound].last ?? result.last, after = rest[place.upperBound...].first
            let isPart = [before, after].contains { $0?.isLetter == true || $0?.isNumber == true }
            result += rest[..<place.lowerBound] + (isPart ? name : word)
            rest = rest[place.upperBound...]
        }
        return result + rest
    }
}
