// `scalebench data export | bench`: writing tokens for other programs, and timing how fast they are read.

import ArgumentParser
import Foundation
import Reporting
import ScalebenchCore
import TokenData

struct DataExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write train.bin and val.bin for other programs.",
        discussion: """
            raw is what nanoGPT reads: uint16 (or uint32) tokens without a header. llm.c puts its header before them.

            Example:
              scalebench data export web --to data/web
            """)

    @OptionGroup var known: KnownDatasetOptions
    @Option(help: "Folder for the files; made if need be.", completion: .directory) var to: String
    @Option(help: "Headerless, or with the header of llm.c.") var layout = TokenData.DatasetExport.Layout.raw

    func run() throws {
        let dataset = try known.open()
        guard dataset.parts.count == 1 else {
            throw ScalebenchError(
                .invalidInput, "a mixture has no tokens of its own", at: dataset.folder,
                hint: "export its parts: \(dataset.parts.map(\.name).joined(separator: ", "))")
        }
        try AtomicFile.makeFolder(to)
        let line = ProgressLine()
        defer { line.clear() }
        for (name, split) in [("train", dataset.train), ("val", dataset.validation)] {
            let path = "\(to)/\(name).bin"
            try TokenData.DatasetExport.write(split, layout, to: path) { done in
                try line.show("writing \(path)", share: Double(done) / Double(split.tokens))
            }
            line.clear()
            print("\(path): \(split.tokens) tokens, \(dataset.manifest.type.rawValue)")
        }
    }
}

extension TokenData.DatasetExport.Layout: ExpressibleByArgument {}

struct DataBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Read batches as training does, and print the rate.")

    @OptionGroup var known: KnownDatasetOptions
    @Option(help: "Tokens of a sequence.") var contextLength = 1024
    @Option(help: "Sequences of a batch.") var batchSequences = 32
    @Option(help: "Stop after this many passes over the data, or after ten seconds.") var passes = 1.0
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        var tokens: Int
        var seconds: Double
        var tokensPerSecond: Double
        var decodeTokensPerSecond: Double
        /// Bytes of the decoded tokens, as `zstd -b -d` counts them.
        var bytesPerSecond: Double
    }

    func validate() throws {
        guard (1...65_536).contains(contextLength), (1...65_536).contains(batchSequences), passes > 0 else {
            throw ValidationError("--context-length and --batch-sequences take 1 to 65536, --passes more than 0.")
        }
    }

    func run() throws {
        let dataset = try known.open()
        let sampler = try BatchSampler(
            dataset, contextLength: contextLength, batchSequences: batchSequences, seed: 0)
        let total = Int(Double(dataset.trainTokens) * passes) / (batchSequences * contextLength)
        var batch = [UInt32](repeating: 0, count: batchSequences * (contextLength + 1))
        let began = ContinuousClock.now
        var batches = 0
        while batches < max(total, 1), began.duration(to: .now).seconds < 10 {
            try batch.withUnsafeMutableBufferPointer { try sampler.batch(batches, into: $0) }
            batches += 1
        }
        let seconds = began.duration(to: .now).seconds
        let tokens = batches * batchSequences * contextLength
        let rate = Double(tokens) / seconds
        let decodeRate = try dataset.parts[0].train.decodeRate(tokens: tokens)
        if json {
            return try printJSON(
                Report(
                    tokens: tokens, seconds: seconds, tokensPerSecond: rate, decodeTokensPerSecond: decodeRate,
                    bytesPerSecond: rate * Double(dataset.manifest.type.bytes)))
        }
        print(
            """
            \(Quantity.short(Double(tokens))) tokens in \(Quantity.duration(seconds)): \
            \(Quantity.short(rate)) tokens/s, \
            \(Quantity.bytes(rate * Double(dataset.manifest.type.bytes)))/s of decoded tokens
            zstd alone, the same frames: \(Quantity.short(decodeRate)) tokens/s
            """)
    }
}
