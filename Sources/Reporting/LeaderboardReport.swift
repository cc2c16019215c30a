// Leaderboards as text: for a terminal, as Markdown for a nightly summary, as CSV for a spreadsheet. The JSON document
// is the type itself.

package import Comparison
import ScalebenchCore
import ScalingLaws

/// Renders leaderboards.
package enum LeaderboardReport {
    // MARK: - Terminal and Markdown

    /// The boards for a terminal; ends with a newline.
    package static func text(_ boards: [Leaderboard]) -> String {
        let parts = boards.map { board in
            var table = TextTable(header: header(indent: rankWidth(board)))
            for row in board.ranking { table.add(cells(row, rankWidth: rankWidth(board))) }
            var lines = [heading(board), line(board.question, 200), ""]
            if board.ranking.isEmpty {
                lines.append("Nobody is ranked yet.")
            } else {
                lines += [target(board), table.text, ""] + notes(board)
            }
            if !board.notRanked.isEmpty {
                lines +=
                    ["", "Not ranked"]
                    + board.notRanked.map { "  \(line($0.candidate))   \(line($0.explanation, 200))" }
            }
            return lines.joined(separator: "\n")
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// The boards for a step summary or a page; ends with a newline.
    package static func markdown(_ boards: [Leaderboard]) -> String {
        let parts = boards.map { board in
            var lines = ["## \(escaped(heading(board)))", "", escaped(line(board.question, 200)), ""]
            if board.ranking.isEmpty {
                lines.append("Nobody is ranked yet.")
            } else {
                lines += [escaped(target(board)), "", markdownRow(header(indent: 0))]
                lines.append(markdownRow(header(indent: 0).indices.map { $0 == 0 ? "---" : "---:" }))
                lines += board.ranking.map { markdownRow(cells($0, rankWidth: 0).map(escaped)) }
                lines += [""] + notes(board).map { "- " + escaped($0) }
            }
            if !board.notRanked.isEmpty {
                lines += ["", "Not ranked:", ""]
                lines += board.notRanked.map {
                    "- \(escaped(line($0.candidate))): \(escaped(line($0.explanation, 200)))"
                }
            }
            return lines.joined(separator: "\n")
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    static func heading(_ board: Leaderboard) -> String {
        let suite = board.suite
        return
            "\(line(suite.name)) v\(suite.version) (\(suiteTag(board))) on \(line(suite.dataset)) (\(suite.dataHash.prefix(8)))"
    }

    /// These digits tell apart suites that share name and version.
    private static func suiteTag(_ board: Leaderboard) -> Substring { board.suiteHash.prefix(8) }

    static func target(_ board: Leaderboard) -> String {
        let scale = board.targetScale.map { ", \(Quantity.scale($0, board.axis))" } ?? ""
        return "At the target, \(board.targetLabel)\(scale). Reference: \(line(board.reference ?? "–"))"
    }

    private static func header(indent: Int) -> [String] {
        [String(repeating: " ", count: indent) + "candidate"] + LeaderboardColumn.shown.map(\.title)
    }

    private static func cells(_ row: Leaderboard.Row, rankWidth: Int) -> [String] {
        let rank = "\(row.rank)\(row.isRankShared ? "=" : "")"
        let padding = String(repeating: " ", count: max(1, rankWidth - rank.count))
        let names = line(row.candidate, 40) + row.otherNames.map { " = " + line($0, 40) }.joined()
        return [rank + padding + names] + LeaderboardColumn.shown.map { $0.cell(row) }
    }

    private static func rankWidth(_ board: Leaderboard) -> Int {
        (board.ranking.map { String($0.rank).count + ($0.isRankShared ? 1 : 0) }.max() ?? 1) + 2
    }

    static func notes(_ board: Leaderboard) -> [String] {
        let best = board.best.map { best in
            let heading = Phrase.bestHeading(best)
            return heading.prefix(1).uppercased() + heading.dropFirst() + ". "
                + Phrase.best(best, reference: board.reference ?? "–", unit: " nats/token")
        }
        var lines =
            [best].compactMap { $0 } + [
                "Candidates share a rank (=) where the first of that rank is not known to be better than the others with "
                    + "probability \(Quantity.significant(board.suite.thresholds.decisiveProbability)).",
                "best: probability that one run at the target has the smallest loss. compute: the factor by which its "
                    + "FLOPs must grow to reach the reference's loss. exponent: −d ln loss / d ln FLOPs below the target.",
            ]
        if board.ranking.contains(where: { $0.basis == .predicted }) {
            lines.append("* not trained at the target: predicted from the ladder.")
        }
        for row in board.ranking {
            guard let family = row.family else { continue }
            let best = family.lowest.map { "; the lowest loss at the largest scale is that of \(line($0))" } ?? ""
            lines.append(
                "\(line(row.candidate)) is a family of \(Quantity.count(family.members.count, "member")) over "
                    + "\(family.settings.map { line($0, 40) }.joined(separator: " and ")), and stands with the bottom of its "
                    + "valley\(best). --format json lists them.")
        }
        if board.ranking.contains(where: { $0.baselineRuns > 0 }) {
            lines.append("baseline: recorded runs that were not trained in this store (`scalebench baselines list`).")
        }
        for row in board.ranking where abs(row.targetComputeRatio - 1) > 0.02 {
            lines.append(
                "! \(line(row.candidate)) spends \(Quantity.significant(row.targetComputeRatio))× the reference's FLOPs "
                    + "at the target: ranks compare equal rungs, not equal FLOPs.")
        }
        return lines
    }

    private static func line(_ text: String, _ limit: Int = 60) -> String { SafeText.line(text, limit: limit) }

    private static func markdownRow(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    /// The text with every character escaped that means something in Markdown or in HTML inside it.
    static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "!", "~", "@", "$": "\\\(character)"
            default: String(character)
            }
        }.joined()
    }

    // MARK: - CSV

    private static let identity = [
        "suite", "version", "suiteHash", "dataset", "dataHash", "rank", "candidate", "recipe", "status",
    ]

    /// One line per candidate, ranked or not; numbers in full.
    package static func csv(_ boards: [Leaderboard]) -> String {
        let fields = LeaderboardColumn.all.flatMap(\.fields)
        var text = DelimitedText.line(identity + fields.map(\.name))
        for board in boards {
            let suite = [
                board.suite.name, String(board.suite.version), board.suiteHash, board.suite.dataset,
                board.suite.dataHash,
            ]
            for row in board.ranking {
                text += DelimitedText.line(
                    suite + [String(row.rank), row.candidate, row.recipe, row.basis.rawValue]
                        + fields.map { $0.ranked(row) })
            }
            for row in board.notRanked {
                text += DelimitedText.line(
                    suite + ["", row.candidate, row.recipe, row.reason.rawValue] + fields.map { $0.notRanked(row) })
            }
        }
        return text
    }
}
