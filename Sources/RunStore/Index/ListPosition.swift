// The order of runs in lists, as plain numbers: sorting very many texts would take longer than reading them.

/// Where a run stands among others: by its date, then by its name.
struct ListPosition: Comparable {
    /// The first 24 bytes of the date; a run that has not begun has none, which is the smallest.
    private let date: (UInt64, UInt64, UInt64)
    /// Names that are not hashes, such as those of imported runs, come behind the others.
    private let name: Int
    /// The run's index in what is sorted.
    let place: Int

    init(date text: String?, key: RunKey?, place: Int) {
        date = Self.packed(text ?? "")
        name = key?.number ?? Int.max
        self.place = place
    }

    /// Whether neither date nor name tells which comes first.
    func isSame(as other: ListPosition) -> Bool { date == other.date && name == other.name }

    static func < (left: ListPosition, right: ListPosition) -> Bool {
        left.date == right.date ? left.name < right.name : left.date < right.date
    }

    static func == (left: ListPosition, right: ListPosition) -> Bool {
        left.isSame(as: right) && left.place == right.place
    }

    /// The bytes as numbers that have the same order.
    private static func packed(_ text: String) -> (UInt64, UInt64, UInt64) {
        var text = text
        return text.withUTF8 { bytes in
            func word(_ start: Int) -> UInt64 {
                (start..<start + 8).reduce(0) { $0 << 8 | UInt64($1 < bytes.count ? bytes[$1] : 0) }
            }
            return (word(0), word(8), word(16))
        }
    }
}
