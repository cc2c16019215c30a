// Event files that are cut off, damaged, or lie about their lengths.

import Foundation
import RunStore
import ScalebenchCore
import Testing

/// Writes the bytes of event files.
enum EventBytes {
    static func record(_ content: [UInt8]) -> [UInt8] {
        let length = little(UInt64(content.count), 8)
        return length + little(UInt64(mask(length)), 4) + content + little(UInt64(mask(content)), 4)
    }

    /// An event with one scalar in `simple_value`.
    static func scalar(_ tag: String, _ value: Float, step: UInt8) -> [UInt8] {
        let inner: [UInt8] =
            [0x0A, UInt8(tag.utf8.count)] + Array(tag.utf8) + [0x15] + little(UInt64(value.bitPattern), 4)
        let summary: [UInt8] = [0x0A, UInt8(inner.count)] + inner
        return record([0x10, step, 0x2A, UInt8(summary.count)] + summary)
    }

    static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// The masked CRC-32C, bit by bit.
    private static func mask(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        crc = ~crc
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}

struct EventFileTests {
    private func read(_ files: [String: [UInt8]]) throws -> (points: [[Double]], notes: [String]) {
        let folder = try LogFolder()
        for (name, bytes) in files { try folder.write(Data(bytes), to: "events.out.tfevents.\(name)") }
        var logs = try folder.logs { $0.facts.candidate = .init("x", from: "") }
        let run = try #require(logs.labelled().first)
        return (run.run.curve.points.map { [Double($0.step), $0.loss ?? .nan] }, run.found.run.notes)
    }

    private let whole = (1...3).map { EventBytes.scalar("val/loss", 4 - Float($0) / 2, step: UInt8($0)) }

    @Test func wholeFiles() throws {
        let (points, notes) = try read(["1": whole.flatMap { $0 }])
        #expect(points == [[1, 3.5], [2, 3], [3, 2.5]] && notes.isEmpty)
    }

    @Test func whatIsWholeIsKeptOfAFileThatIsCutOff() throws {
        let (points, notes) = try read(["1": whole.flatMap { $0 }.dropLast(3)])
        #expect(points == [[1, 3.5], [2, 3]])
        #expect(notes == ["the last record is cut off; everything before it was read"])
    }

    @Test func aDamagedRecordIsLeftOut() throws {
        var damaged = whole
        damaged[1][20] ^= 1
        let (points, notes) = try read(["1": damaged.flatMap { $0 }])
        #expect(points == [[1, 3.5], [3, 2.5]] && notes == ["1 damaged record left out"])
    }

    /// A length is believed only behind its checksum, and even then nothing is reserved for it.
    @Test func lengthsMayLie() throws {
        var damaged = whole
        damaged[1][3] = 0x7F
        let (points, notes) = try read(["1": damaged.flatMap { $0 }])
        #expect(
            points == [[1, 3.5]] && notes == ["byte \(whole[0].count) begins no record; what follows it was not read"])
        let huge = EventBytes.record([]).prefix(0) + EventBytes.lengthOnly(1 << 39)
        let cut = try read(["1": whole.flatMap { $0 } + huge])
        #expect(cut.points.count == 3 && cut.notes.count == 1)
    }

    @Test func foldersOfPartsBelongToTheRunAboveThem() throws {
        let names = { (folders: [String]) throws -> [String] in
            let folder = try LogFolder()
            for (index, name) in folders.enumerated() {
                let event = EventBytes.scalar("loss", Float(index + 1), step: 1)
                try folder.write(Data(event), to: "\(name)/events.out.tfevents.1")
            }
            return try folder.logs().found.flatMap { found in
                found.run.series.map { "\(found.name.dropFirst(folder.path.count)) \($0.metric)" }
            }
        }
        #expect(try names(["a/train", "a/validation"]) == ["/a train/loss", "/a validation/loss"])
        #expect(try names(["a", "a/eval"]) == ["/a loss", "/a eval/loss"])
        #expect(try names(["a", "a/loss_val", "b"]) == ["/a loss", "/a loss_val", "/b loss"])
        #expect(try names(["a", "a/loss/val"]) == ["/a loss", "/a loss/val"])
        #expect(try names(["adamw", "test"]) == ["/adamw loss", "/test loss"], "a run may be called test")
        #expect(try names(["a", "a/b"]) == ["/a loss", "/a/b loss"], "a run may lie below another")
    }

    @Test func aRunThatWentOnWritesASecondFile() throws {
        let later = (2...3).map { EventBytes.scalar("val/loss", 1, step: UInt8($0) + 1) }
        let (points, notes) = try read(["1": whole.flatMap { $0 }, "2": later.flatMap { $0 }])
        #expect(points == [[1, 3.5], [2, 3], [3, 1], [4, 1]] && notes.isEmpty)
        let anew = try read(["1": whole.flatMap { $0 }, "2": whole[0]])
        #expect(anew.points == [[1, 3.5]] && anew.notes.first?.contains("begins again") == true)
    }
}

extension EventBytes {
    /// The header of a record of so many bytes, without the bytes.
    static func lengthOnly(_ count: UInt64) -> [UInt8] {
        let length = little(count, 8)
        return length + Array(record(length)[(12 + 8)...]).prefix(4)
    }
}
