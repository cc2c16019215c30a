// Every seed goes through its reader: an example is read, and an input that once was a failure ends in an error or a result.

import Foundation
import FuzzReaders
import ScalebenchCore
import Testing

struct SeedTests {
    @Test(arguments: Readers.all.map(\.name)) func everySeedEnds(name: String) throws {
        let reader = try #require(Readers.named(name)), bench = try Workbench()
        let prepared = try reader.prepare(bench)
        let seeds = try reader.seeds() + prepared.made.map { ("made", $0) }
        var read = 0
        for (file, data) in seeds + [("empty", Data())] {
            do {
                try prepared.read(data)
                read += 1
            } catch is ScalebenchError {} catch { Issue.record("\(file): \(error)") }
        }
        #expect(read > 0, "no seed of \(name) is read to its end")
    }

    /// A good seed is cut, and its bytes are changed one after the other.
    @Test(arguments: Readers.all.map(\.name)) func cutAndChangedSeedsEnd(name: String) throws {
        let reader = try #require(Readers.named(name)), bench = try Workbench()
        let prepared = try reader.prepare(bench)
        var random = Philox(seed: 1)
        let seeds = try (prepared.made + reader.seeds().map(\.data)).filter { !$0.isEmpty }
        for _ in 0..<20 {
            guard var seed = seeds.randomElement(using: &random) else { return }
            let place = Int.random(in: 0..<seed.count, using: &random)
            if Bool.random(using: &random) {
                seed = seed.prefix(place)
            } else {
                seed[seed.startIndex + place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            do { try prepared.read(Data(seed)) } catch is ScalebenchError {}
        }
    }
}
