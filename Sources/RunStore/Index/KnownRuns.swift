// What the index knows of runs, to be looked up by name.

/// The rows of an index.
struct KnownRuns {
    private let rows: [RunIndex.Row]
    private let keys: [RunKey]

    init(_ index: RunIndex?) {
        rows = index?.rows() ?? []
        keys = rows.map(\.key)
    }

    subscript(name: String) -> RunIndex.Row? { place(name).map { rows[$0] } }

    /// The rows of runs that are none of these.
    func absent(from names: [String]) -> [RunKey] {
        var isPresent = [Bool](repeating: false, count: rows.count)
        for place in names.lazy.compactMap(place) { isPresent[place] = true }
        return zip(keys, isPresent).compactMap { $1 ? nil : $0 }
    }

    private func place(_ name: String) -> Int? {
        guard let key = RunKey(name) else { return nil }
        let place = keys.firstIndex(notBelow: key)
        return place < keys.count && keys[place] == key ? place : nil
    }
}
