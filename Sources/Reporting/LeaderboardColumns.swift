// The columns of a leaderboard, in the order shown: what a person reads in tables, and the fields of its CSV. To add a
// column, add a row to `all`; what it shows is a property of `Leaderboard.Row`.

import Comparison
import ScalebenchCore
import ScalingLaws

/// One column behind the candidate's name.
struct LeaderboardColumn: Sendable {
    /// Empty for a column of the CSV alone.
    let title: String
    let cell: @Sendable (Leaderboard.Row) -> String
    /// What the CSV has of it, numbers in full.
    let fields: [Field]

    struct Field: Sendable {
        let name: String
        let ranked: @Sendable (Leaderboard.Row) -> String
        /// For a candidate without a rank, which has no results.
        var notRanked: @Sendable (Leaderboard.NotRanked) -> String = { _ in "" }
    }

    /// The columns of tables.
    static let shown = all.filter { !$0.title.isEmpty }

    static let all: [LeaderboardColumn] = [
        LeaderboardColumn(
            title: "loss nats/token [90 %]",
            cell: {
                Phrase.interval($0.loss, or: $0.observedLoss, Phrase.loss) + ($0.basis == .predicted ? "*" : "")
            }, fields: estimate("loss", \.loss) + [number("observedLoss", \.observedLoss)]),
        LeaderboardColumn(
            title: "best", cell: { Phrase.percent($0.probabilityBest) },
            fields: [Field(name: "probabilityBest", ranked: { text($0.probabilityBest) })]),
        LeaderboardColumn(
            title: "beats reference",
            cell: { $0.probabilityBetterThanReference.map(Phrase.percent) ?? ($0.isReference ? "reference" : "–") },
            fields: [number("probabilityBetterThanReference", \.probabilityBetterThanReference)]),
        LeaderboardColumn(title: "", cell: { _ in "" }, fields: estimate("gap", \.gap)),
        LeaderboardColumn(
            title: "compute [90 %]",
            cell: { row in
                row.isReference ? "1×" : Phrase.interval(row.computeMultiplier) { Phrase.multiplier($0) + "×" }
            }, fields: estimate("computeMultiplier", \.computeMultiplier)),
        LeaderboardColumn(
            title: "exponent", cell: { $0.scalingExponent.map { Quantity.significant($0) } ?? "–" },
            fields: [number("scalingExponent", \.scalingExponent)]),
        LeaderboardColumn(
            title: "runs", cell: runs,
            fields: [
                Field(name: "runs", ranked: { String($0.runs) }),
                Field(name: "baselineRuns", ranked: { String($0.baselineRuns) }),
                Field(name: "diverged", ranked: { String($0.diverged) }),
            ]),
        LeaderboardColumn(
            title: "FLOPs", cell: { Quantity.short($0.cost.flops) },
            fields: [Field(name: "flops", ranked: { text($0.cost.flops) }, notRanked: { text($0.cost.flops) })]),
        LeaderboardColumn(
            title: "core-hours", cell: { hours($0.cost.coreHours) },
            fields: [
                Field(name: "coreHours", ranked: { text($0.cost.coreHours) }, notRanked: { text($0.cost.coreHours) })
            ]),
        LeaderboardColumn(
            title: "date", cell: { SafeText.line(String($0.date.prefix(10))) },
            fields: [Field(name: "date", ranked: { $0.date }, notRanked: { $0.date })]),
    ]

    private typealias Path<Value> = any KeyPath<Leaderboard.Row, Value> & Sendable

    private static func number(_ name: String, _ path: Path<Double?>) -> Field {
        Field(name: name, ranked: { text($0[keyPath: path]) })
    }

    /// A point and its 90 % interval.
    private static func estimate(_ name: String, _ path: Path<Estimate?>) -> [Field] {
        [
            Field(name: name, ranked: { text($0[keyPath: path]?.point) }),
            Field(name: "\(name)Low90", ranked: { text($0[keyPath: path]?.interval90.lower) }),
            Field(name: "\(name)High90", ranked: { text($0[keyPath: path]?.interval90.upper) }),
        ]
    }

    /// Those from baselines and those that diverged are counted apart: `16 (baseline, 1 diverged)`.
    @Sendable private static func runs(_ row: Leaderboard.Row) -> String {
        let baseline = row.baselineRuns == row.runs ? "baseline" : "\(row.baselineRuns) baseline"
        let parts = [
            row.baselineRuns > 0 ? baseline : nil, row.diverged > 0 ? "\(row.diverged) diverged" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? String(row.runs) : "\(row.runs) (\(parts.joined(separator: ", ")))"
    }

    private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

    private static func hours(_ value: Double) -> String {
        value > 0 && value < 0.001 ? "< 0.001" : Quantity.short(value)
    }
}
