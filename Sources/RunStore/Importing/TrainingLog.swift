// A log of training as another program wrote it: one or several runs, each with named series of numbers over steps.
// The formats themselves are rows of LogFormats.

package import Foundation
package import ScalebenchCore
import TokenData

/// The content of a log.
package struct TrainingLog: Sendable {
    package var format: LogFormat
    package var runs: [Run]

    /// One run.
    package struct Run: Sendable {
        /// The name that the log has for the run; nil where the log is one run.
        package var name: String?
        /// What tells runs of one name apart; nil where names do.
        package var identifier: String?
        package var series: [Series] = []
        /// What the log itself states of the run.
        package var facts = RunFacts()
        /// The tokens of one step, where the log states them.
        package var tokensPerStep: Double?
        /// Why the last value of the run is no result, such as "its state is failed"; nil for a run that has ended well.
        package var incomplete: String?
        /// What a user should know of how the log was read.
        package var notes: [String] = []
    }

    /// One number over training, with ascending steps; values that are not finite are kept.
    package struct Series: Sendable {
        package var metric: String
        package var points: [(step: Int, value: Double)]
    }

    /// The file is no log of this kind. Among the files of a folder such a file is passed over.
    package struct NoLog: Error {
        package let error: ScalebenchError
    }

    /// Reads a log of one text.
    /// - Parameters:
    ///   - stepColumn: the column or key of a CSV or JSONL file that counts steps; nil to look for the usual names.
    /// - Throws: `invalidInput` when the format is not recognised, or the file does not follow it.
    package init(_ data: Data, file: String, format: LogFormat? = nil, stepColumn: String? = nil) throws {
        do {
            let content = LogContent(file: file, files: [file], data: data, stepColumn: stepColumn)
            try self.init(content, format: try format ?? Self.recognised(data, file: file))
        } catch let none as NoLog {
            throw none.error
        }
    }

    /// Reads a log.
    /// - Returns: also the hash of its bytes, for a log that is one file and is read as a whole.
    /// - Throws: what the other initialiser throws, and `NoLog` for a file that was found in a folder and is no log.
    package static func open(
        _ input: LogInput, format wanted: LogFormat?, stepColumn: String?
    ) throws -> (log: TrainingLog, sha256: String?) {
        do {
            var format = input.format ?? wanted
            // Standard input can be read once.
            if format == nil, input.files[0] != "-" {
                format = try Self.format(of: input.files[0], wasFound: input.wasFound)
            }
            let opensFiles = format?.opensFiles ?? false
            let data = opensFiles ? Data() : try ByteSource.readAll(input.files[0])
            let content = LogContent(file: input.path, files: input.files, data: data, stepColumn: stepColumn)
            let log = try TrainingLog(
                content, format: try format ?? Self.recognised(data, file: input.path))
            return (log, opensFiles ? nil : ContentHash.sha256(data))
        } catch let none as NoLog where !input.wasFound {
            throw none.error
        }
    }

    /// The format that the first bytes of a file tell; nil where more of the file has to be read.
    /// - Throws: for a file of another program that is no log.
    private static func format(of file: String, wasFound: Bool) throws -> LogFormat? {
        let head = Data(try ByteSource(file).peek())
        if let binary = LogFormat.all.first(where: { $0.opensFiles && $0.begins(head) }) { return binary }
        try ForeignFile.refuse(head, file: file)
        // A file of numbers may begin like a table by chance. A log may end in zeros where the machine lost power.
        let isText = JSONLog.begins(head) || TextLog.mostFrequent(in: head, LogFormat.all) != nil
        let isBinary = head.prefix(16).contains(0) || wasFound && head.contains(0) && !isText
        if isBinary || head.contains(0) && LogFormat.recognised(head) == nil { throw unknown(file) }
        return nil
    }

    private static func recognised(_ data: Data, file: String) throws -> LogFormat {
        guard let format = LogFormat.recognised(data) else { throw unknown(file) }
        return format
    }

    private static func unknown(_ file: String) -> NoLog {
        NoLog(
            error: ScalebenchError(
                .invalidInput, "no known format of training log", at: file,
                hint: "known: \(LogFormat.all.map(\.name).joined(separator: ", ")); a CSV needs a header line "
                    + "with a step column (--step-column names it)"))
    }

    private init(_ content: LogContent, format: LogFormat) throws {
        self.format = format
        runs = try format.read(content)
        for index in runs.indices {
            runs[index].series = runs[index].series.map(\.inOrder).filter { !$0.points.isEmpty }
            runs[index].countFromSeries()
        }
        runs.removeAll { $0.series.isEmpty && $0.incomplete == nil }
        guard !runs.isEmpty else {
            throw ScalebenchError(.invalidInput, "no numbers over steps in this \(format.name) log", at: content.file)
        }
    }
}

extension TrainingLog.Run {
    /// The series that counts tokens so far.
    private var tokenSeries: (series: TrainingLog.Series, unit: Double)? {
        series.lazy.compactMap { series in RunFacts.unit(ofTokens: series.metric).map { (series, $0) } }.first
    }

    /// Tokens trained on by step, where a series of the log counts them.
    package var tokensByStep: [Int: Int] {
        guard let (series, unit) = tokenSeries else { return [:] }
        let counts = series.points.compactMap { point in
            Int(exactly: (point.value * unit).rounded()).map { (point.step, $0) }
        }
        return Dictionary(counts) { $1 }
    }

    /// Completes the facts by what series count up to.
    fileprivate mutating func countFromSeries() {
        let last = { (series: TrainingLog.Series, unit: Double) -> RunFacts.Stated<Double>? in
            series.points.last.flatMap { point in
                let value = point.value * unit
                return value.isFinite && value > 0 ? .init(value, from: "the last \(series.metric)") : nil
            }
        }
        var counted = RunFacts()
        if let (series, unit) = tokenSeries { counted.tokens = last(series, unit) }
        for series in series {
            if let unit = RunFacts.unit(ofFLOPs: series.metric) { counted.flops = counted.flops ?? last(series, unit) }
        }
        facts = facts.completed(by: counted)
    }

    /// A hash of everything that the run logged, for logs whose bytes also hold other things.
    package var contentHash: String {
        var bytes = Data()
        let add = { (value: UInt64) in withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        for series in series.sorted(by: { $0.metric < $1.metric }) {
            let name = Data(series.metric.utf8)
            add(UInt64(name.count))
            bytes.append(name)
            add(UInt64(series.points.count))
            for (step, value) in series.points {
                add(UInt64(bitPattern: Int64(step)))
                add(value.bitPattern)
            }
        }
        return ContentHash.sha256(bytes)
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
