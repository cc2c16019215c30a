// Random sequences of commands, kills and damage: what was finished stays, damage is noticed or healed, and comparisons say
// what they say undisturbed. SCALEBENCH_STORE_SEQUENCES and SCALEBENCH_STORE_SEED choose other sequences
// (.ci/check-store-model).

import Foundation
import Testing

struct StoreModelTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

    private static let seeds: [UInt64] = {
        let first = number("SCALEBENCH_STORE_SEED") ?? 1, count = number("SCALEBENCH_STORE_SEQUENCES") ?? 50
        return failing + (first..<first + count).map(UInt64.init)
    }()

    /// Sequences that once failed, a seed per line.
    private static let failing: [UInt64] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "failing-seeds.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { UInt64($0.prefix { $0.isNumber }) }
    }()

    @Test(arguments: seeds) func sequence(seed: UInt64) throws {
        var sequence = try StoreSequence(seed: seed)
        try sequence.run(operations: 6)
    }
}
