// Which pairs are shown in full where there are more candidates than can stand side by side.

extension CompareResult {
    /// Whether there are too many candidates for a column and a full verdict of each. Of a family that is studied alone,
    /// what matters is its settings, so that a line per member is enough.
    package var hasMany: Bool {
        candidates.count > 5
            || (candidates.count > 2 && (families ?? []).contains { Set(candidates).isSubset(of: $0.members) })
    }

    /// The pairs that pictures show: all, or those of the likeliest rivals of the reference where there are many.
    package var picturedPairs: [Int] {
        guard hasMany else { return Array(pairs.indices) }
        let likeliest = (best?.candidates ?? []).compactMap { one in pairs.firstIndex { $0.b == one.candidate } }
        return (likeliest + pairs.indices.filter { !likeliest.contains($0) }).prefix(Self.mostPictured).sorted()
    }

    private static var mostPictured: Int { 6 }
}
