// The uses of runs by way of the index. Names repeat in many uses, so each is kept once.

import ScalebenchCore

extension RunIndex {
    /// The uses of every run; nil where they were not kept for records of this stamp.
    func uses(stamp: String) -> RunUses? {
        var kept: String?, checksum = 0
        index.rows("SELECT stamp, checksum FROM usesStamp") { (kept, checksum) = ($0.text(0), $0.integer(1)) }
        guard kept == stamp, let words = words(), let all = uses(words) else { return nil }
        var links: [RunUses.Link] = [], isValid = true
        let isWhole = index.rows("SELECT run, use FROM links ORDER BY run, use") { row in
            let use = row.integer(1)
            isValid = isValid && all.indices.contains(use)
            links.append(RunUses.Link(run: RunKey(number: row.integer(0)), use: use))
        }
        guard isWhole && isValid else { return nil }
        let uses = RunUses(all, links)
        return uses.checksum == checksum ? uses : nil
    }

    private func words() -> [String]? {
        var words: [String] = []
        return index.rows("SELECT text FROM words ORDER BY id") { words.append($0.text(0) ?? "") } ? words : nil
    }

    private func uses(_ words: [String]) -> [RunUse]? {
        var uses: [RunUse] = [], isValid = true
        let isWhole = index.rows("SELECT candidate, family, suite, version, place FROM uses ORDER BY id") { row in
            let numbers = (row.integer(0), row.integer(2), row.integer(3), row.integer(4))
            let family = row.isNull(1) ? nil : row.integer(1)
            let all = [numbers.0, numbers.1, numbers.2, numbers.3, family ?? 0]
            guard all.allSatisfy(words.indices.contains) else { return isValid = false }
            uses.append(
                RunUse(
                    candidate: words[numbers.0], family: family.map { words[$0] }, suite: words[numbers.1],
                    suiteVersion: words[numbers.2], place: words[numbers.3]))
        }
        return isWhole && isValid ? uses : nil
    }

    func keep(_ uses: RunUses, stamp: String) {
        var words: [String] = [], numbers: [String: Int] = [:]
        func number(_ word: String) -> StoreIndex.Value {
            if let known = numbers[word] { return .integer(known) }
            words.append(word)
            numbers[word] = words.count - 1
            return .integer(words.count - 1)
        }
        let rows = uses.all.enumerated().map { place, use -> [StoreIndex.Value] in
            [
                .integer(place), number(use.candidate), use.family.map(number) ?? .null, number(use.suite),
                number(use.suiteVersion), number(use.place),
            ]
        }
        let links = uses.links.map { [StoreIndex.Value.integer($0.run.number), .integer($0.use)] }
        index.change { insert in
            ["words", "uses", "links", "usesStamp"].allSatisfy { insert("DELETE FROM \($0)", [[]]) }
                && insert("INSERT INTO words VALUES (?, ?)", words.enumerated().map { [.integer($0), .text($1)] })
                && insert("INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?)", rows)
                && insert("INSERT INTO links VALUES (?, ?)", links)
                && insert("INSERT INTO usesStamp VALUES (?, ?)", [[.text(stamp), .integer(uses.checksum)]])
        }
    }
}

extension RunUses {
    /// A sum over all uses and links.
    fileprivate var checksum: Int {
        var sum = RowChecksum()
        for use in all {
            for word in [use.candidate, use.family ?? "", use.suite, use.suiteVersion, use.place] {
                sum.add(.text(word))
            }
        }
        for link in links {
            sum.add(.integer(link.run.number))
            sum.add(.integer(link.use))
        }
        return sum.number
    }
}
