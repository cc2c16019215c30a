// What the index knows of runs, to be looked up by name.

import ScalebenchCore

/// The rows of an index.
struct KnownRuns {
    private let rows: [RunIndex.Row]

    init(_ index: RunIndex?) { rows = index?.rows() ?? [] }

    /// The row of each run, nil where there is none.
    /// - Parameter names: the names of runs, in their order.
    func rows(of names: [String]) -> [RunIndex.Row?] { places(of: names).map { $0.map { rows[$0] } } }

    /// The rows of runs that are none of these.
    /// - Parameter names: the names of runs, in their order.
    func absent(from names: [String]) -> [RunKey] {
        var isPresent = [Bool](repeating: false, count: rows.count)
        for case let place? in places(of: names) { isPresent[place] = true }
        return zip(rows, isPresent).compactMap { $1 ? nil : $0.key }
    }

    /// Rows have the order of names, so that one walk along both finds all of them.
    private func places(of names: [String]) -> [Int?] {
        var place = 0
        return names.map { name in
            guard let key = RunKey(name) else { return nil }
            while place < rows.count, rows[place].key < key { place += 1 }
            return place < rows.count && rows[place].key == key ? place : nil
        }
    }
}
