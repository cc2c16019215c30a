// A log of training as another program wrote it: one or several runs, each with named series of numbers over steps.
// A new format needs one reader, one case here, and one line in `sniff`.

package import Foundation
import ScalebenchCore

/// Formats that can be told apart by their content.
package enum LogFormat: String, Sendable, CaseIterable {
    /// A chart exported from Weights & Biases: `"Step","<run> - <metric>",…__MIN,…__MAX`.
    case wandbChart = "wandb-chart"
    /// A table with a step column and a column per metric, such as `run.history().to_csv()`. A column `run` lets one
    /// file hold several runs.
    case csv
    /// One JSON object per line, flat or levanter's `{"event":"log","step":…,"metrics":{…}}`.
    case jsonl
    /// `s:250 tel:3.91` in llm.c's main.log.
    case llmC = "llm.c"
    /// `step:125/1750 val_loss:4.56` in modded-nanogpt's logs.
    case moddedNanoGPT = "modded-nanogpt"
    /// `Step 00250 | Validation bpb: 0.81` in nanochat's output.
    case nanochat
}

/// The content of a log.
package struct TrainingLog: Sendable {
    package var format: LogFormat
    package var runs: [Run]

    /// One run.
    package struct Run: Sendable {
        /// The name that the file has for the run; nil where the file is one run.
        package var name: String?
        package var series: [Series] = []
        /// The scale, where the log itself states it.
        package var parameters: Double?
        package var tokens: Double?
        package var flops: Double?
    }

    /// One number over training, with ascending steps; values that are not finite are kept.
    package struct Series: Sendable {
        package var metric: String
        package var points: [(step: Int, value: Double)]
    }

    /// - Parameters:
    ///   - stepColumn: the column or key of a CSV or JSONL file that counts steps; nil to look for the usual names.
    /// - Throws: `invalidInput` when the format is not recognised, or the file does not follow it.
    package init(_ data: Data, file: String, format: LogFormat? = nil, stepColumn: String? = nil) throws {
        guard let format = format ?? Self.sniff(data) else {
            throw ScalebenchError(
                .invalidInput, "no known format of training log", at: file,
                hint: "known: \(LogFormat.allCases.map(\.rawValue).joined(separator: ", ")); a CSV needs a header line "
                    + "with a step column (--step-column names it)")
        }
        self.format = format
        switch format {
        case .wandbChart, .csv: runs = try TableLog.read(data, file: file, format: format, stepColumn: stepColumn)
        case .jsonl: runs = [try JSONLog.read(data, file: file, stepColumn: stepColumn)]
        case .llmC, .moddedNanoGPT, .nanochat: runs = [TextLog.read(data, format)]
        }
        for index in runs.indices {
            runs[index].series = runs[index].series.map(\.inOrder).filter { !$0.points.isEmpty }
        }
        runs.removeAll { $0.series.isEmpty }
        guard !runs.isEmpty else {
            throw ScalebenchError(.invalidInput, "no numbers over steps in this \(format.rawValue) log", at: file)
        }
    }

    private static func sniff(_ data: Data) -> LogFormat? {
        if let text = TextLog.sniff(data) { return text }
        guard let first = data.first(where: { !" \t\r\n".utf8.contains($0) }) else { return nil }
        if first == UInt8(ascii: "{") { return .jsonl }
        let header = data.prefix { $0 != UInt8(ascii: "\n") }
        if header.firstRange(of: Data(TableLog.minimumSuffix.utf8)) != nil { return .wandbChart }
        return header.contains(UInt8(ascii: ",")) ? .csv : nil
    }
}

extension TrainingLog.Series {
    /// The series with ascending steps and one value per step. A run that went on from a checkpoint wrote some steps
    /// twice; the later value counts.
    fileprivate var inOrder: TrainingLog.Series {
        var latest: [Int: Double] = [:]
        for (step, value) in points { latest[step] = value }
        return TrainingLog.Series(metric: metric, points: latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}
