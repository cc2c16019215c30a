// Another trainer, timed in turn with ours: a command that prints a JSON line with `tok_s`, tokens per second.

import Foundation
import Launching
import ScalebenchCore
import Training

/// Runs our measurement and the other command alternately, each in a process of its own.
struct BenchRival {
    /// The command, in which `{width}`, `{layers}`, `{heads}`, `{vocabulary}`, `{context}`, `{batch}`, `{workers}` and
    /// `{seconds}` stand for values of the shape.
    let command: String
    let rounds: Int
    let seconds: Double

    /// Our row of the round whose ratio is the median, with the comparison.
    func compare(_ shape: BenchmarkShape, options: [String], onRound: (Int, Double) -> Void) async throws -> BenchRow {
        let filled = fill(shape)
        var ours: [BenchRow] = [], theirs: [Double] = [], theirMemory: Int?
        for round in 0..<rounds {
            let line = try await CommandOutput.text(of: ["/bin/sh", "-c", filled], named: "--against")
            theirs.append(try Self.tokensPerSecond(line))
            // It is the first child of this process, so the largest child so far is the other trainer.
            if round == 0 { theirMemory = Self.largestChild() }
            ours.append(try await measureOurs(options))
            onRound(round, ours[round].tokensPerSecond / theirs[round])
        }
        let ratios = zip(ours, theirs).map { $0.tokensPerSecond / $1 }
        let order = ratios.indices.sorted { ratios[$0] < ratios[$1] }
        let middle = order[order.count / 2]
        var row = ours[middle]
        let ourMemory = ours.compactMap(\.peakMemoryBytes).max() ?? 0
        row.against = .init(
            command: filled, tokensPerSecond: theirs[middle], ratio: ratios[middle], ratioMin: ratios[order[0]],
            ratioMax: ratios[order[order.count - 1]], rounds: rounds,
            peakMemoryBytes: theirMemory.flatMap { $0 > ourMemory ? $0 : nil })
        return row
    }

    private func fill(_ shape: BenchmarkShape) -> String {
        let values: [(String, String)] = [
            ("width", "\(shape.model.width)"), ("layers", "\(shape.model.layers)"), ("heads", "\(shape.model.heads)"),
            ("vocabulary", "\(shape.model.vocabularySize)"), ("context", "\(shape.model.contextLength)"),
            ("batch", "\(shape.batchSequences)"), ("workers", "\(shape.workers)"), ("seconds", "\(seconds)"),
        ]
        return values.reduce(command) { $0.replacingOccurrences(of: "{\($1.0)}", with: $1.1) }
    }

    private func measureOurs(_ options: [String]) async throws -> BenchRow {
        guard let program = Bundle.main.executablePath else {
            throw ScalebenchError(.runFailed, "this program cannot find its own file")
        }
        let text = try await CommandOutput.text(
            of: [program, "bench", "--json", "--seconds", "\(seconds)"] + options, named: "scalebench bench")
        return try JSONDecoder().decode(BenchRow.self, from: Data(text.utf8))
    }

    /// `tok_s` of the last line of output that is a JSON object with it.
    private static func tokensPerSecond(_ output: String) throws -> Double {
        for line in output.split(separator: "\n").reversed() {
            let found = try? JSONDecoder().decode([String: JSONValue].self, from: Data(line.utf8))
            switch found?["tok_s"] {
            case .number(let rate) where rate > 0: return rate
            case .integer(let rate) where rate > 0: return Double(rate)
            default: continue
            }
        }
        throw ScalebenchError(
            .invalidInput, "the command printed no JSON line with a positive tok_s", at: "--against",
            hint: #"let it print {"tok_s": 12345.6}: tokens per second"#)
    }

    private static func largestChild() -> Int? {
        var usage = rusage()
        return getrusage(RUSAGE_CHILDREN.rawValue, &usage) == 0 ? usage.ru_maxrss * 1024 : nil
    }
}
