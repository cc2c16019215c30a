// Verdicts of the past as a table: one row per pair of a comparison.

import Comparison
import RunStore
import ScalebenchCore
import ScalingLaws

/// The verdicts of comparisons, in the order given.
struct VerdictTable {
    let index: SiteIndex
    let comparisons: [SiteComparison]
    let page: String
    /// The pairs that are shown; nil for all.
    var candidate: String?

    /// - Parameters:
    ///   - showsSuite: whether a column names the suite.
    ///   - showsComparison: whether a column leads to the comparison.
    func table(_ caption: String, showsSuite: Bool = false, showsComparison: Bool = true) -> SiteTable {
        var table = SiteTable(
            caption: caption,
            header: (showsComparison ? ["comparison"] : []) + (showsSuite ? ["suite"] : [])
                + ["pair", "verdict", "probability", "gap [90 %]", "runs"] + (showsComparison ? ["commit"] : []))
        for comparison in comparisons {
            for pair in comparison.record.pairs where candidate.map({ $0 == pair.a || $0 == pair.b }) ?? true {
                let time = showsComparison ? [self.time(comparison)] : [], commit = comparison.record.commit
                let suite = showsSuite ? [self.suite(comparison.record)] : []
                table.rows.append(
                    time + suite + row(comparison, pair)
                        + (showsComparison ? [.init(commit.map(Phrase.commit) ?? "–")] : []))
            }
        }
        return table
    }

    private func link(_ address: String) -> String { SiteAddress.link(address, from: page) }

    private func time(_ comparison: SiteComparison) -> SiteTable.Cell {
        .time(comparison.record.time, link: link(SiteAddress.comparison(comparison.id)))
    }

    private func suite(_ record: HistoryRecord) -> SiteTable.Cell {
        .init(SafeText.line(record.suite.name), link: link(SiteAddress.suite(record.suite.name)))
    }

    private func row(_ comparison: SiteComparison, _ pair: HistoryRecord.Pair) -> [SiteTable.Cell] {
        let runs = link(SiteAddress.comparison(comparison.id)) + "#runs"
        let record = comparison.record, probability = pair.probabilityBBetter.map { max($0, 1 - $0) }
        return [
            .init("\(SafeText.line(pair.a, limit: 40)) – \(SafeText.line(pair.b, limit: 40))"),
            .init(Phrase.verdict(pair)),
            .number(probability.map(Phrase.percent) ?? "–", probability, from: probability.map { _ in runs }),
            .number(
                pair.gap.map { Phrase.interval($0, Phrase.gap) } ?? "–", pair.gap?.point,
                from: pair.gap.map { _ in runs }),
            .number(String(record.runs), Double(record.runs), from: runs),
        ]
    }

    // MARK: - Files

    private static let columns = [
        "time", "suite", "version", "a", "b", "verdict", "probabilityBBetter", "gap", "gapLow90", "gapHigh90", "runs",
        "flops", "commit", "night", "page",
    ]

    private var values: [[JSONValue]] {
        comparisons.flatMap { comparison in
            let record = comparison.record
            return record.pairs.map { pair in
                [
                    .string(record.time), .string(record.suite.name), .integer(record.suite.version), .string(pair.a),
                    .string(pair.b), .string(pair.verdict.rawValue), number(pair.probabilityBBetter),
                    number(pair.gap?.point), number(pair.gap?.interval90.lower), number(pair.gap?.interval90.upper),
                    .integer(record.runs), .number(record.flops), record.commit.map(JSONValue.string) ?? .null,
                    record.night.map { .string($0.date) } ?? .null, .string(SiteAddress.comparison(comparison.id)),
                ]
            }
        }
    }

    private func number(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }

    /// The same rows as CSV and as JSON.
    func files(_ address: String) -> [SiteFile] {
        [
            SiteFile(address + ".csv", SiteData.csv(Self.columns, values)),
            SiteFile(address + ".json", SiteData.json(Self.columns, values)),
        ]
    }
}
