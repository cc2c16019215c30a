// Coverage-guided fuzzing of one reader: `Fuzz READER [libFuzzer's arguments]`. `Fuzz list` names the readers, and
// `Fuzz seeds READER FOLDER` writes a reader's seeds into a folder, and their words into FOLDER.dict.

import Foundation
import FuzzReaders
import ScalebenchCore

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The reader that is fuzzed. libFuzzer calls from one thread.
enum Session {
    nonisolated(unsafe) static var read: (Data) throws -> Void = { _ in }
}

func fuzz(_ reader: Reader, _ arguments: [String]) throws -> CInt {
    let bench = try Workbench()
    Session.read = try reader.prepare(bench).read
    var count = CInt(arguments.count)
    let words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    for (index, word) in arguments.enumerated() { words[index] = strdup(word) }
    words[arguments.count] = nil
    var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = words
    return withExtendedLifetime(bench) {
        runDriver(&count, &list) { bytes, count in
            do {
                try Session.read(bytes.map { Data(bytes: $0, count: count) } ?? Data())
            } catch is ScalebenchError {
                return 0
            } catch {
                fatalError("not an error for users: \(error)")
            }
            return 0
        }
    }
}

func writeSeeds(_ reader: Reader, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let seeds = try reader.seeds().map(\.data) + reader.prepare(try Workbench()).made
    for (index, seed) in seeds.enumerated() { try seed.write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)")) }
    let lines = dictionary(seeds).map { "\"\($0)\"\n" }
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: folder + ".dict"))
}

/// Numbers at the edges, and the words of text: the readers of JSON are not counted, so that a fuzzer finds no key alone.
func dictionary(_ seeds: [Data]) -> [String] {
    let edges = [
        "9223372036854775807", "-9223372036854775808", "4294967296", "1e308", "1e-320", "-1", "0", "NaN", "Infinity",
        "null", "[]", "{}", "1e19", "0.1",
    ]
    let words = seeds.filter { !$0.contains(0) }.flatMap { seed in
        String(decoding: seed, as: UTF8.self).split { !($0.isASCII && ($0.isLetter || "._-/".contains($0))) }
    }
    return edges + Set(words.filter { (3...24).contains($0.count) }).sorted().prefix(300).map(String.init)
}

let words = Array(CommandLine.arguments.dropFirst())
switch (words.first, words.dropFirst().first.flatMap(Readers.named)) {
case ("list", _):
    for reader in Readers.all { print(reader.name) }
case ("seeds", let reader?) where words.count == 3: try writeSeeds(reader, to: words[2])
case (let name?, _):
    guard let reader = Readers.named(name) else { fatalError("no reader \(name)") }
    exit(try fuzz(reader, [CommandLine.arguments[0]] + words.dropFirst()))
default: fatalError("which reader?")
}
