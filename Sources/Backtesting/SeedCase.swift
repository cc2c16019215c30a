// Ladders with several runs per rung, read from tables of final losses. The seed noise is scored on them. The columns
// are loss, candidate (or config) and, where there are any, source, ladder, metric, seed and the scales. Runs that
// differ in the seed alone are replicates, in the order of the table.

package import Comparison
import ScalingLaws

/// One candidate of a ladder, with the runs of every rung.
package struct ReplicatedCandidate: Sendable {
    /// The candidate's name.
    package var name: String
    /// The losses of all seeds at each scale.
    package var rungs: [(scale: Double, losses: [Double])]

    package init(name: String, rungs: [(scale: Double, losses: [Double])]) {
        self.name = name
        self.rungs = rungs
    }
}

/// Candidates whose losses can be compared.
package struct ReplicatedLadder: Sendable {
    package var source: String
    package var candidates: [ReplicatedCandidate]

    package init(source: String, candidates: [ReplicatedCandidate]) {
        self.source = source
        self.candidates = candidates
    }
}

/// Every ladder of some tables.
package struct SeedTable: Sendable {
    package private(set) var ladders: [ReplicatedLadder] = []

    package init() {}

    /// Whether a table has the columns of final losses that are neither a ladder of one scale nor curves.
    package static func describes(_ table: LossTable) -> Bool {
        table.has(.loss) && table.has(.metric) && !table.has(.scale) && !table.has(.step)
    }

    /// Adds the ladders of a table. Rows without a positive loss are skipped, and so are rows whose metric is not a
    /// loss, because the noise of error rates and perplexities differs.
    /// - Throws: `invalidInput` without the columns loss and candidate or config.
    package mutating func add(_ table: LossTable) throws {
        try table.require([.loss, .candidate], hint: "columns needed: loss, and candidate or config")
        var order: [[String]] = [], names: [[String]: [String]] = [:]
        var rungs: [[String]: [Replicates]] = [:]
        for row in table.rows {
            guard let loss = table.numberIfPositive(.loss, row), table.text(.metric, row).map(Self.isLoss) ?? true
            else { continue }
            let ladder = [LossColumn.source, .ladder, .metric].map { table.text($0, row) ?? "" }
            let name = table.text(.candidate, row) ?? ""
            if names[ladder] == nil { order.append(ladder) }
            if rungs[ladder + [name]] == nil { names[ladder, default: []].append(name) }
            // Runs that differ in the seed alone are replicates, so every scale must be written in the same way.
            let settings = Self.scales.compactMap { table.text($0, row) }
            if let index = rungs[ladder + [name]]?.firstIndex(where: { $0.settings == settings }) {
                rungs[ladder + [name]]?[index].losses.append(loss)
            } else {
                rungs[ladder + [name], default: []].append(Replicates(settings: settings, losses: [loss]))
            }
        }
        ladders += order.map { key in
            ReplicatedLadder(
                source: key[0].isEmpty ? table.file : key[0],
                candidates: (names[key] ?? []).map { name in
                    ReplicatedCandidate(
                        name: name, rungs: (rungs[key + [name]] ?? []).map { ($0.scale, $0.losses) })
                })
        }
    }

    private static let scales = [LossColumn.scale, .parameters, .flops, .tokens]

    /// Runs of one candidate that differ in their seed alone.
    private struct Replicates {
        var settings: [String]
        var losses: [Double]

        /// The first scale that is known; 1 where none is, so that all runs have one scale.
        var scale: Double { settings.compactMap { Double($0) }.first { $0 > 0 } ?? 1 }
    }

    private static func isLoss(_ metric: String) -> Bool {
        let name = metric.lowercased()
        return name.isEmpty || ["loss", "nats", "bits"].contains { name.contains($0) }
    }
}
