// Rows of runs that crashed, were killed or are still going: what their loss column holds is no result.

import ScalebenchCore

/// The rows of a table, apart by whether their run ended as it should.
struct UnfinishedRows: Sendable {
    private(set) var others: [(line: Int, cells: [String])] = []
    /// The numbers of rows that are left out by what their state says, the largest first.
    private(set) var counts: [(state: String, count: Int)] = []
    /// The name of the column of states.
    private(set) var column = ""

    /// What W&B, MLflow, Neptune, Optuna, Slurm and people call such runs.
    private static let words: Set<String> = [
        "crashed", "crash", "failed", "fail", "failure", "killed", "error", "errored", "running", "pending",
        "scheduled",
        "queued", "preempted", "preempting", "cancelled", "canceled", "aborted", "interrupted", "oom", "out_of_memory",
        "timeout", "unfinished", "pruned", "waiting", "active",
    ]

    init() {}

    /// A filter on the column of states takes the choice over.
    /// - Throws: `invalidInput` where no run ended as it should.
    init(
        _ rows: [(line: Int, cells: [String])], _ map: ColumnMap, _ filters: [TableFilter], header: [String],
        file: String
    ) throws {
        others = rows
        guard let place = map.places[.state] else { return }
        column = header[place]
        guard !filters.contains(where: { map.place(ofFilter: $0.column) == place }) else { return }
        var tally: [String: Int] = [:]
        others = rows.filter { row in
            guard Self.words.contains(row.cells[place].lowercased()) else { return true }
            tally[row.cells[place], default: 0] += 1
            return false
        }
        counts = tally.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
        guard others.isEmpty else { return }
        throw ScalebenchError(
            .invalidInput, "no run has finished: \(summary)", at: file,
            hint: "if the losses are results all the same: --columns state=-")
    }

    private var summary: String {
        "\(column) says "
            + counts.map { counts.count == 1 ? $0.state : "\($0.state) (\($0.count))" }.joined(separator: ", ")
    }

    var finding: Finding? {
        guard !counts.isEmpty else { return nil }
        let count = counts.reduce(0) { $0 + $1.count }
        return Finding(
            "unfinishedRuns", .warning,
            "\(Quantity.count(count, "row")) \(count == 1 ? "is" : "are") left out: \(summary)",
            advice: "repeat these runs; if their losses are results all the same, --columns state=- takes them in")
    }
}
