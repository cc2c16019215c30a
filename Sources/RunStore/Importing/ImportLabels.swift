// Labels for a log of many runs: a table with a line per run.
//
//   run,candidate,seed,parameters,tokens,flops
//   lucky-sun-7,muon,0,1.24e8,2.5e9,

package import ScalebenchCore

/// The labels of runs, by the name that the log has for a run.
package struct ImportLabels: Sendable {
    private let rows: [String: ImportedRun.Labels]
    private let file: String

    package static let columns = ["run", "candidate", "seed", "parameters", "tokens", "flops"]

    /// The seeds that imported runs may have, as for runs of our own.
    package static let seeds = 0...1_000_000_000

    /// - Throws: `invalidInput` for a table without run or candidate, a run named twice, or a cell that is no number.
    package init(_ table: DelimitedText, file: String) throws {
        self.file = file
        let index = { (name: String) in table.header.firstIndex(of: name) }
        guard let run = index("run"), let candidate = index("candidate") else {
            throw ScalebenchError(
                .invalidInput, "labels need the columns run and candidate", at: "\(file):1",
                hint: "columns: \(Self.columns.joined(separator: ","))")
        }
        if let unknown = table.header.first(where: { !Self.columns.contains($0) }) {
            throw ScalebenchError(
                .invalidInput, "unknown column \"\(unknown)\"", at: "\(file):1",
                hint: NearestName.hint(
                    unknown, among: Self.columns, otherwise: "columns: \(Self.columns.joined(separator: ","))"))
        }
        var rows: [String: ImportedRun.Labels] = [:]
        var seeds: [String: Int] = [:]
        for (line, cells) in table.rows {
            let place = "\(file):\(line)"
            let number = { (name: String) throws -> Double? in
                guard let column = index(name), !cells[column].isEmpty else { return nil }
                guard let value = Double(cells[column]), value > 0, value.isFinite else {
                    throw ScalebenchError(
                        .invalidInput, "\(name) \"\(cells[column])\" is not a positive number", at: place)
                }
                return value
            }
            guard !cells[candidate].isEmpty else {
                throw ScalebenchError(.invalidInput, "candidate is empty", at: place)
            }
            var labels = ImportedRun.Labels(
                candidate: cells[candidate], seed: 0, parameters: try number("parameters"),
                tokens: try number("tokens"), flops: try number("flops"))
            // Runs of one candidate at one scale are numbered in the order of the table.
            let group = "\(labels)"
            labels.seed = seeds[group, default: 0]
            seeds[group] = labels.seed + 1
            if let column = index("seed"), !cells[column].isEmpty {
                guard let seed = Int(cells[column]), Self.seeds.contains(seed) else {
                    throw ScalebenchError(
                        .invalidInput, "seed \"\(cells[column])\" is not a whole number from 0 to 10⁹", at: place)
                }
                labels.seed = seed
            }
            guard rows.updateValue(labels, forKey: cells[run]) == nil else {
                throw ScalebenchError(.invalidInput, "run \"\(cells[run])\" is labelled twice", at: place)
            }
        }
        self.rows = rows
    }

    /// - Throws: `notFound` for a run that the table does not name.
    package func labels(of run: String) throws -> ImportedRun.Labels {
        if let labels = rows[run] { return labels }
        throw ScalebenchError(
            .notFound, "no labels for run \"\(run)\"", at: file,
            hint: NearestName.hint(run, among: rows.keys.sorted(), otherwise: "add a line, or choose runs with --run"))
    }
}
