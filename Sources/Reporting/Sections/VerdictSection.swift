// The answer comes first, on one screen: the verdict in plain words, how sure it is, what would make it surer, and the gap
// over scale as a picture. The numbers of every pair stand below; the findings have a section of their own.

import Comparison
import ScalebenchCore

extension ReportSection {
    static let verdict = ReportSection(id: "verdict", title: "Verdict") { content in
        let result = content.result
        return Markup.joined([
            result.pairs.count == 1 ? onePair(result, content.prefix) : several(result, content.prefix),
            result.notNeeded.map { rest in tag("p") { Phrase.notNeeded(rest) } } ?? .empty,
            result.furtherRuns.map { further in tag("p") { Phrase.furtherRuns(further, result.pairs) } } ?? .empty,
        ])
    }

    // MARK: - Two candidates

    @MarkupBuilder private static func onePair(_ result: CompareResult, _ prefix: String) -> Markup {
        let pair = result.pairs[0], numbers = numbers(pair, of: result)
        // The forecast alone is narrow enough to stand beside the picture.
        let isNarrow = numbers.header.count == 2
        tag("div", ["class": "first"]) {
            tag("div") {
                answer(chip: pair.verdict.rawValue, Phrase.verdict(pair), Phrase.claim(pair))
                facts([
                    ("How sure", Phrase.howSure(pair, of: result)),
                    ("By how much", Phrase.howMuch(pair, unit: Phrase.unit(result))),
                    ("Settings", settings(result)),
                    ("What would make it surer", Phrase.whatHelps(pair)),
                ])
                if isNarrow { numbers.markup }
            }
            GapPicture(result, 0, prefix)?.figure.markup
        }
        if !isNarrow { numbers.markup }
        deviceTime(pair)
    }

    // MARK: - More candidates

    @MarkupBuilder private static func several(_ result: CompareResult, _ prefix: String) -> Markup {
        tag("div", ["class": "first"]) {
            tag("div") {
                if let best = result.best {
                    answer(
                        chip: best.winner == nil ? "unresolved" : "aBetter", Phrase.bestHeading(best),
                        Phrase.best(best, reference: result.candidates[0], unit: Phrase.unit(result)))
                }
                facts([
                    ("Against the reference A", Phrase.outcomes(result)),
                    ("Settings", settings(result)),
                    ("What would make it surer", result.closestStep ?? ""),
                    ("How good the method was here", Phrase.trackRecord(result.pairs)),
                ])
                headToHead(Standings(result))
            }
            tag("div") {
                LeadersPicture(result, prefix)?.figure.markup
                versus(result)
            }
        }
        if result.hasMany { details(result) } else { result.pairs.map { article($0, of: result) } }
    }

    private static func headToHead(_ standings: Standings) -> Markup {
        guard let title = standings.headToHeadTitle, let table = standings.headToHead(names: 24) else { return .empty }
        return tag("div", ["class": "standings"]) {
            tag("h3") { title }
            ReportTable(table).markup
        }
    }

    private static func versus(_ result: CompareResult) -> Markup {
        let table = Standings(result).versus(shown: .max, names: 40, best: result.best)
        return tag("div", ["class": "standings"]) {
            tag("h3") { Standings.versusTitle }
            ReportTable(table).markup
        }
    }

    private static func article(_ pair: PairResult, of result: CompareResult) -> Markup {
        tag("article", ["class": "verdict"]) {
            answer(chip: pair.verdict.rawValue, Phrase.verdict(pair), Phrase.sentence(pair, unit: Phrase.unit(result)))
            if let next = pair.nextRuns.first { tag("p") { Phrase.nextStep(next) } }
            numbers(pair, of: result).markup
            deviceTime(pair)
        }
    }

    /// The numbers of many pairs, where they are asked for.
    private static func details(_ result: CompareResult) -> Markup {
        tag("details") {
            tag("summary") { "The numbers of every pair at the target" }
            for pair in result.pairs {
                tag("h3") { "\(SafeText.line(pair.b)) against \(SafeText.line(pair.a))" }
                tag("p") { Phrase.sentence(pair, unit: Phrase.unit(result)) }
                numbers(pair, of: result).markup
                deviceTime(pair)
            }
        }
    }

    // MARK: - Parts

    /// The best settings of every family at the target.
    private static func settings(_ result: CompareResult) -> String {
        (result.families ?? []).map { FamilyNumbers($0, axis: result.axis).target }.joined(separator: " ")
    }

    private static func answer(chip: String, _ word: String, _ sentence: String) -> Markup {
        tag("p", ["class": "answer"]) {
            tag("strong", ["class": "chip \(chip)"]) { word }
            " "
            sentence
        }
    }

    private static func facts(_ facts: [(name: String, text: String)]) -> Markup {
        tag("dl", ["class": "facts"]) {
            for fact in facts where !fact.text.isEmpty {
                tag("div") {
                    tag("dt") { fact.name }
                    tag("dd") { fact.text }
                }
            }
        }
    }

    private static func deviceTime(_ pair: PairResult) -> Markup {
        guard let line = pair.deviceTime.flatMap({ Phrase.deviceTime($0, compute: pair.computeMultiplier) }) else {
            return .empty
        }
        return tag("p") { line }
    }

    private static func numbers(_ pair: PairResult, of result: CompareResult) -> ReportTable {
        let numbers = VerdictNumbers(pair, of: result)
        return ReportTable(
            header: ["at the target"] + numbers.header, rows: numbers.rows.map { [$0.label] + $0.values })
    }
}
