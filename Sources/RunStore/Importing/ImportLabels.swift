// Labels for a log of many runs: a table with a line per run.
//
//   run,candidate,seed,parameters,tokens,flops
//   lucky-sun-7,muon,0,1.24e8,2.5e9,

package import ScalebenchCore

/// The labels of runs, by the name that the log has for a run.
package struct ImportLabels: Sendable {
    private let rows: [String: RunFacts]
    private let file: String

    package static let columns = ["run", "candidate", "seed", "parameters", "tokens", "flops"]

    /// The seeds that imported runs may have, as for runs of our own.
    package static let seeds = 0...1_000_000_000

    /// - Throws: `invalidInput` for a table without run or candidate, a run named twice, or a cell that is no number.
    package init(_ table: DelimitedText, file: String) throws {
        self.file = file
        let index = { (name: String) in table.header.firstIndex(of: name) }
        guard let run = index("run"), index("candidate") != nil else {
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
        var rows: [String: RunFacts] = [:]
        for (line, cells) in table.rows {
            let place = "\(file):\(line)"
            let facts = try Self.facts({ name in index(name).map { cells[$0] } ?? "" }, at: place)
            guard rows.updateValue(facts, forKey: cells[run]) == nil else {
                throw ScalebenchError(.invalidInput, "run \"\(cells[run])\" is labelled twice", at: place)
            }
        }
        self.rows = rows
    }

    private static func facts(_ cell: @escaping (String) -> String, at place: String) throws -> RunFacts {
        let origin = "the labels"
        let number = { (name: String) throws -> RunFacts.Stated<Double>? in
            let text = cell(name)
            guard !text.isEmpty else { return nil }
            guard let value = ScaledNumber.parse(text), value > 0 else {
                throw ScalebenchError(.invalidInput, "\(name) \"\(text)\" is not a positive number", at: place)
            }
            return .init(value, from: origin)
        }
        guard !cell("candidate").isEmpty else {
            throw ScalebenchError(.invalidInput, "candidate is empty", at: place)
        }
        var facts = RunFacts()
        facts.candidate = .init(cell("candidate"), from: origin)
        facts.parameters = try number("parameters")
        facts.tokens = try number("tokens")
        facts.flops = try number("flops")
        let seed = cell("seed")
        guard !seed.isEmpty else { return facts }
        guard let value = Int(seed), seeds.contains(value) else {
            throw ScalebenchError(
                .invalidInput, "seed \"\(seed)\" is not a whole number from 0 to 10⁹", at: place)
        }
        facts.seed = .init(value, from: origin)
        return facts
    }

    /// - Throws: `notFound` for a run that the table does not name.
    package func facts(of run: String) throws -> RunFacts {
        if let facts = rows[run] { return facts }
        throw ScalebenchError(
            .notFound, "no labels for run \"\(run)\"", at: file,
            hint: NearestName.hint(run, among: rows.keys.sorted(), otherwise: "add a line, or choose runs with --run"))
    }
}
