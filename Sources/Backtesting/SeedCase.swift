// Ladders with several runs per rung, read from tables of final losses: what the seed noise is scored on.
// Columns: loss, candidate (or config), and where there are any source, ladder, metric, seed and the scales; runs that
// differ in the seed alone are replicates, in the order of the table.

package import ScalebenchCore
import ScalingLaws

/// One candidate of a ladder, with the runs of every rung.
package struct ReplicatedCandidate: Sendable {
    package var name: String
    /// Losses of the seeds, by scale.
    package var rungs: [(scale: Double, losses: [Double])]

    package init(name: String, rungs: [(scale: Double, losses: [Double])]) {
        self.name = name
        self.rungs = rungs
    }
}

/// The arms whose losses compare.
package struct ReplicatedLadder: Sendable {
    package var source: String
    package var arms: [ReplicatedCandidate]

    package init(source: String, arms: [ReplicatedCandidate]) {
        self.source = source
        self.arms = arms
    }
}

/// Every ladder of some tables.
package struct SeedTable: Sendable {
    package private(set) var ladders: [ReplicatedLadder] = []

    package init() {}

    /// Whether a table has the columns of final losses that are neither a ladder of one scale nor curves.
    package static func describes(_ table: DelimitedText) -> Bool {
        table.header.contains("loss") && table.header.contains("metric") && !table.header.contains("scale")
            && !table.header.contains("step")
    }

    /// Adds the ladders of a table. Rows without a positive loss are skipped, and those whose metric is not a loss: the
    /// noise of error rates and perplexities is another one.
    /// - Throws: `invalidInput` without the columns loss and candidate or config.
    package mutating func add(_ table: DelimitedText, file: String) throws {
        let column = { (names: [String]) in names.compactMap { table.header.firstIndex(of: $0) }.first }
        guard let loss = column(["loss"]), let candidate = column(["candidate", "config"]) else {
            throw ScalebenchError(
                .invalidInput, "no runs of candidates in this table", at: "\(file):1",
                hint: "columns needed: loss, and candidate or config; found: " + table.header.joined(separator: ","))
        }
        let group = ["source", "ladder", "metric"].map { column([$0]) }, metric = column(["metric"])
        let scales = ["scale", "params", "parameters", "flops", "tokens"].compactMap { column([$0]) }
        var order: [[String]] = [], arms: [[String]: [String]] = [:]
        var rungs: [[String]: [(scale: String, losses: [Double])]] = [:]
        for (_, cells) in table.rows {
            guard let value = Double(cells[loss]), value > 0, value.isFinite,
                metric.map({ Self.isLoss(cells[$0]) }) ?? true
            else { continue }
            let key = group.map { $0.map { cells[$0] } ?? "" }, name = cells[candidate]
            if arms[key] == nil { order.append(key) }
            if rungs[key + [name]] == nil { arms[key, default: []].append(name) }
            let place = scales.map { cells[$0] }.joined(separator: " ")
            if let index = rungs[key + [name]]?.firstIndex(where: { $0.scale == place }) {
                rungs[key + [name]]?[index].losses.append(value)
            } else {
                rungs[key + [name], default: []].append((place, [value]))
            }
        }
        ladders += order.map { key in
            ReplicatedLadder(
                source: key[0].isEmpty ? file : key[0],
                arms: (arms[key] ?? []).map { name in
                    ReplicatedCandidate(
                        name: name,
                        rungs: (rungs[key + [name]] ?? []).map { rung in
                            // Where no scale is known all runs are of one.
                            (
                                rung.scale.split(separator: " ").compactMap { Double($0) }.first { $0 > 0 } ?? 1,
                                rung.losses
                            )
                        })
                })
        }
    }

    private static func isLoss(_ metric: String) -> Bool {
        let name = metric.lowercased()
        return name.isEmpty || ["loss", "nats", "bits"].contains { name.contains($0) }
    }
}
