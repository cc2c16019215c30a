// The name of a run as a number. Lists of very many runs compare and look up names, and numbers need no memory of their own.

import ScalebenchCore

/// A name of 16 lower-case hexadecimal digits, which every run has that this program prepared.
struct RunKey: Hashable, Comparable {
    /// Numbers have the order of the names.
    let number: Int

    /// The number as the index holds it.
    init(number: Int) { self.number = number }

    /// Nil for any other name.
    init?(_ name: String) {
        guard name.utf8.count == 16 else { return nil }
        var bits: UInt64 = 0
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = bits << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): bits = bits << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        number = Int(truncatingIfNeeded: bits ^ Self.sign)
    }

    var id: RunID {
        var bits = UInt64(truncatingIfNeeded: number) ^ Self.sign
        return RunID(
            rawValue: String(unsafeUninitializedCapacity: 16) { digits in
                for place in (0..<16).reversed() {
                    let digit = UInt8(bits & 15)
                    digits[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    bits >>= 4
                }
                return 16
            })
    }

    static func < (left: RunKey, right: RunKey) -> Bool { left.number < right.number }

    /// SQLite's integers have a sign; with this bit turned over, their order is that of the names.
    private static let sign: UInt64 = 1 << 63
}

extension [RunKey] {
    /// The first place of a key that is not smaller, in a sorted list.
    func firstIndex(notBelow key: RunKey) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [String] {
    /// The names in their order. Names of runs are compared as numbers, which takes a fraction of the time.
    var sortedByRun: [String] {
        var runs: [(key: RunKey, place: Int)] = [], others: [String] = []
        for (place, name) in enumerated() {
            if let key = RunKey(name) { runs.append((key, place)) } else { others.append(name) }
        }
        let sorted = runs.sorted { $0.key < $1.key }.map { self[$0.place] }
        return others.isEmpty ? sorted : (sorted + others).sorted()
    }
}
