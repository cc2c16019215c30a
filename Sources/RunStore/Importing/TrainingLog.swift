// A log of training as another program wrote it: one or several runs, each with named series of numbers over steps.
// The formats themselves are rows of LogFormats.

package import Foundation
import ScalebenchCore

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
        guard let format = format ?? LogFormat.recognised(data) else {
            throw ScalebenchError(
                .invalidInput, "no known format of training log", at: file,
                hint: "known: \(LogFormat.all.map(\.name).joined(separator: ", ")); a CSV needs a header line "
                    + "with a step column (--step-column names it)")
        }
        self.format = format
        runs = try format.read(data, file, stepColumn)
        for index in runs.indices {
            runs[index].series = runs[index].series.map(\.inOrder).filter { !$0.points.isEmpty }
        }
        runs.removeAll { $0.series.isEmpty }
        guard !runs.isEmpty else {
            throw ScalebenchError(.invalidInput, "no numbers over steps in this \(format.name) log", at: file)
        }
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
