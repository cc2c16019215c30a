// Many candidates as a terminal shows them: one screen, whatever their number. What does not fit is in the report.

import Comparison
import ScalebenchCore

/// The text of a comparison with more candidates than a terminal has room for.
struct ManyText {
    private static let mostLines = 60
    private static let width = 160
    /// The lines that a path to the report takes.
    private static let closing = 2

    private let result: CompareResult
    private let standings: Standings

    init(_ result: CompareResult) {
        self.result = result
        standings = Standings(result)
    }

    /// The parts in order, an empty line to be put between them.
    var parts: [String] {
        let above = [best] + (result.families ?? []).map(family), below = [headToHead, notes].filter { !$0.isEmpty }
        let fixed = (above + below).reduce(TextReport.headingLines(result)) { $0 + 1 + $1.count }
        let findings = findings
        let room = Self.mostLines - Self.closing - fixed
        let versus = versus(room: room - (findings.isEmpty ? 0 : Self.fewestForFindings))
        let shown = shown(findings, room: room - versus.count - 2)
        return (above + [versus] + below + [shown]).filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    }

    // MARK: - Parts

    private var best: [String] {
        var lines: [String] = []
        if let best = result.best {
            let heading = Phrase.bestHeading(best)
            lines.append(heading.prefix(1).uppercased() + heading.dropFirst())
            lines += Paragraph.lines(
                Phrase.best(best, reference: result.candidates[0], unit: Phrase.unit(result)))
        }
        return lines + (result.closestStep.map { Paragraph.lines($0) } ?? [])
    }

    /// Two columns of candidates where there are many of them.
    private func versus(room: Int) -> [String] {
        let rows = standings.rows.count, columns = rows > 20 ? 2 : 1
        var lines = (rows + columns - 1) / columns
        // A line says how many are left out.
        if lines > room - 3 { lines = max(room - 4, 3) }
        let shown = min(lines * columns, rows), names = columns > 1 ? 36 : 60
        var table = standings.versus(shown: shown, names: columns > 1 ? 24 : names)
        if columns > 1, standings.rows.contains(where: { SafeText.line($0.name).count > 24 }) {
            table = standings.versus(shown: shown, names: names, hasIntervals: false)
        }
        let title = [Standings.versusTitle] + table.lines(inColumns: columns)
        return shown < rows ? title + ["  and \(rows - shown) more, none of them likelier to beat A"] : title
    }

    private var headToHead: [String] {
        guard let title = standings.headToHeadTitle, let table = standings.headToHead(names: 50) else { return [] }
        return [title] + table.lines(inColumns: 1)
    }

    /// A family without what its page shows better; its findings stand with the others.
    private func family(_ family: FamilyResult) -> [String] {
        let numbers = FamilyNumbers(family, axis: result.axis)
        let sentences = [numbers.drift, numbers.target].filter { !$0.isEmpty }.flatMap { Paragraph.lines($0) }
        return [numbers.heading] + sentences + (numbers.shortTable?.lines(inColumns: 1) ?? [])
    }

    private var notes: [String] {
        var lines: [String] = []
        let record = Phrase.trackRecord(result.pairs)
        if !record.isEmpty { lines.append(record) }
        if let further = result.furtherRuns { lines.append(Phrase.furtherRuns(further, result.pairs)) }
        if let rest = result.notNeeded { lines.append(Phrase.notNeeded(rest)) }
        if let stopped = result.stoppedEarly {
            lines.append(Phrase.stoppedEarly(stopped, candidates: result.candidates))
        }
        return lines.flatMap { Paragraph.lines(SafeText.line($0, limit: 360)) }
    }

    // MARK: - Findings

    private static let fewestForFindings = 6

    /// Warnings first.
    private var findings: [Finding] {
        let shared = SharedFindings(result.pairs)
        let all =
            (result.families ?? []).flatMap(\.findings) + shared.ofAll + shared.ofSome
            + result.shownDiagnostics.flatMap(\.findings)
        return all.filter { $0.severity == .warning } + all.filter { $0.severity != .warning }
    }

    /// It shows as many findings as there is room for, and says how many more there are.
    private func shown(_ findings: [Finding], room: Int) -> [String] {
        var lines: [String] = [], count = 0
        for finding in findings {
            let message = "\(TextReport.mark(finding)) \(SafeText.line(finding.message, limit: 230))"
            let advice = "→ \(SafeText.line(finding.advice, limit: 230))"
            let own =
                Paragraph.lines(message, indent: "  ")
                + Paragraph.lines(advice, width: 118, indent: "  ").map { "  " + $0 }
            guard lines.count + own.count < room else { break }
            lines += own
            count += 1
        }
        let rest = findings.count - count
        return rest > 0
            ? lines + ["  \(Quantity.count(rest, count > 0 ? "more finding" : "finding")) in the report"] : lines
    }
}
