// Mutants of logs: a few hundred of each kind, or as many as SCALEBENCH_MUTANTS says, divided by thirty. Each ends in runs or in
// an error; a crash or a hang ends the test run. The mutants are seeded, so that a failure can be repeated.

import Foundation
import RunStore
import ScalebenchCore
import Testing
import TokenData

@Suite struct ImportMutationTests {
    private static let mutants =
        (ProcessInfo.processInfo.environment["SCALEBENCH_MUTANTS"].flatMap(Int.init) ?? 6_000) / 30

    /// Flipped bits, other bytes, cuts, and stretches that are moved, removed or zeroed.
    private func mutant(of bytes: [UInt8], _ random: inout Philox) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let length = Int.random(in: 0...min(64, bytes.count - place), using: &random)
            let other = Int.random(in: 0...(bytes.count - length), using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0...1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes.removeLast(bytes.count - place)
            case 4: bytes.insert(contentsOf: bytes[place..<(place + length)], at: other)
            case 5: bytes.removeSubrange(place..<(place + length))
            default: for index in place..<(place + length) { bytes[index] = 0xFF }
            }
        }
        return bytes
    }

    /// Imports mutants of a file under a name; returns how many of them gave runs.
    @discardableResult private func run(_ data: Data, as name: String, seed: UInt64, format: String? = nil) throws
        -> Int
    {
        let folder = try LogFolder()
        var random = Philox(seed: seed), read = 0
        for _ in 0..<Self.mutants {
            try folder.write(Data(mutant(of: [UInt8](data), &random)), to: name)
            do {
                var logs = try folder.logs {
                    $0.facts.candidate = .init("x", from: "")
                    $0.namePattern = try NamePattern("*{candidate}")
                    $0.format = format.flatMap(LogFormat.named)
                }
                for labelled in logs.labelled() {
                    #expect(labelled.run.curve.points.allSatisfy { $0.step >= 0 })
                    read += 1
                }
            } catch is ScalebenchError {}
        }
        return read
    }

    private func file(_ start: String, _ end: String = "") throws -> Data {
        let names = try #require(FileManager.default.enumerator(atPath: Exports.folder)?.allObjects as? [String])
            .sorted()
        let name = try #require(
            names.first { $0.hasPrefix(start) && (end.isEmpty || $0.contains(end)) && $0.contains(".") })
        return try ByteSource.readAll("\(Exports.folder)/\(name)")
    }

    @Test func eventFiles() throws {
        let events = try file("tensorboard/adamw-10M-s0/events", "tfevents")
        #expect(try run(events, as: "events.out.tfevents.1", seed: 1) > Self.mutants / 4)
        try run(try file("transformers/adamw-20k-s1/runs", "tfevents"), as: "x/events.out.tfevents.1", seed: 2)
        try run(try file("tensorflow/adamw-1M-s0", "tfevents"), as: "x/events.out.tfevents.1", seed: 3)
    }

    /// Checksums refuse most mutants of a file before its messages are read; here they are right.
    @Test func eventsBehindRightChecksums() throws {
        let events = [UInt8](try file("tensorboard/adamw-10M-s0/1", "tfevents"))
        var records: [[UInt8]] = [], start = 0
        while start < events.count {
            let length =
                Int(events[start])
                + Int(events[start + 1]) << 8
            records.append(Array(events[(start + 12)..<(start + 12 + length)]))
            start += length + 16
        }
        let folder = try LogFolder()
        var random = Philox(seed: 4)
        for _ in 0..<Self.mutants {
            let file = records.flatMap { EventBytes.record(mutant(of: $0, &random)) }
            try folder.write(Data(file), to: "events.out.tfevents.1")
            do {
                var logs = try folder.logs { $0.facts.candidate = .init("x", from: "") }
                _ = logs.labelled()
            } catch is ScalebenchError {}
        }
    }

    @Test func databases() throws {
        try run(try ByteSource.readAll("\(Exports.folder)/mlflow.db.gz"), as: "mlflow.db", seed: 5)
    }

    @Test func textsAndTables() throws {
        #expect(try run(try file("mlflow-search.csv"), as: "t.csv", seed: 6) > 0)
        #expect(try run(try file("wandb-runs.csv"), as: "t.csv", seed: 7) > 0)
        try run(try file("keras/history.json"), as: "history.json", seed: 8)
        try run(try file("transformers/adamw-20k-s1/checkpoint-12/trainer"), as: "o/trainer_state.json", seed: 9)
        try run(try file("transformers/adamw-20k-s1/checkpoint-12/model"), as: "o/model.safetensors", seed: 10)
        try run(try file("lightning/csv/version_0/metrics"), as: "metrics.csv", seed: 11)
        let meta = Data("run_id: abc\nrun_name: x\nstatus: 3\nlifecycle_stage: active\n".utf8)
        try run(meta, as: "m/meta.yaml", seed: 12)
        let text =
            "step 5: train loss 3.0, val loss 3.5\rstep 10: train loss 2.0, val loss 2,500.5\nnumber of parameters: 1M\n"
        for (index, format) in LogFormat.all.enumerated() {
            try run(Data(text.utf8), as: "log.txt", seed: 20 + UInt64(index), format: format.name)
        }
    }
}
