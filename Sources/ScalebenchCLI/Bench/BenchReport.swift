// The figures of `scalebench bench`, as JSON lines and as a table.

import Foundation
import Reporting
import ScalebenchCore
import Training
import Transformer

/// One measured shape, and what another trainer reached at it.
struct BenchRow: Codable {
    var tokensPerSecond: Double
    var millisecondsPerStep: Double
    var gflops: Double
    var width: Int
    var layers: Int
    var heads: Int
    var vocabulary: Int
    var context: Int
    var batch: Int
    var workers: Int
    var precision: RunSpec.Precision
    var kernels: String
    var blas: String
    var parametersTotal: Int
    var flopsPerToken: Double
    var steps: Int
    var firstStepSeconds: Double
    /// The processor's peak in GFLOP/s with as many threads as are used, by precision; bf16 is missing where the kernels
    /// have no instruction for it.
    var peakGflops: [String: Double]
    /// GFLOP/s of the step divided by the peak of its precision; null where that is not known.
    @OrNull var peakShare: Double?
    /// GFLOP/s of square matrix products in the same precision with as many threads, measured between the steps.
    var productGflops: Double
    /// GFLOP/s of the step divided by those of the products.
    var productShare: Double
    /// Share of the workers' time by part; the rest is waiting for other workers.
    var partShares: [String: Double]
    /// The energy of the processor's packages per trained token; null where the kernel does not count it.
    @OrNull var joulesPerToken: Double?
    /// The memory that was counted before the run.
    var memoryBytes: Int
    /// The process's largest resident memory so far, as the kernel counted it; null where it does not.
    @OrNull var peakMemoryBytes: Int?
    /// The other trainer; null without `--against`.
    @OrNull var against: Against?
    /// `peakShare` over that of the same shape in the file of `--since`; null without one.
    @OrNull var peakShareRatio: Double?

    /// Another trainer, measured at the same shape in turn with ours.
    struct Against: Codable {
        var command: String
        var tokensPerSecond: Double
        /// Our tokens per second over theirs: median of the rounds, and the smallest and largest.
        var ratio: Double
        var ratioMin: Double
        var ratioMax: Double
        var rounds: Int
        /// Peak memory of its largest process; null where ours was larger.
        @OrNull var peakMemoryBytes: Int?

        private enum CodingKeys: String, CodingKey {
            case command
            case tokensPerSecond = "tok_s"
            case ratio, ratioMin, ratioMax, rounds, peakMemoryBytes
        }
    }

    /// The first three names are those that the PyTorch reference prints.
    private enum CodingKeys: String, CodingKey {
        case tokensPerSecond = "tok_s"
        case millisecondsPerStep = "ms_step"
        case gflops
        case width, layers, heads, vocabulary, context, batch, workers, precision, kernels, blas
        case parametersTotal, flopsPerToken, steps, firstStepSeconds, peakGflops, peakShare, productGflops,
            productShare, partShares, joulesPerToken
        case memoryBytes, peakMemoryBytes, against, peakShareRatio
    }

    init(_ shape: BenchmarkShape, _ result: BenchmarkResult) {
        tokensPerSecond = result.tokensPerSecond
        millisecondsPerStep = result.secondsPerStep * 1e3
        gflops = result.flopsPerSecond / 1e9
        width = shape.model.width
        layers = shape.model.layers
        heads = shape.model.heads
        vocabulary = shape.model.vocabularySize
        context = shape.model.contextLength
        batch = shape.batchSequences
        workers = shape.workers
        precision = shape.precision
        kernels = shape.kernels.rawValue
        blas = BLAS.description
        parametersTotal = shape.model.parametersTotal
        flopsPerToken = shape.model.flopsPerToken
        steps = result.steps
        firstStepSeconds = result.firstStepSeconds
        let peaks = RunSpec.Precision.allCases.compactMap { precision in
            shape.kernels.peakRate(precision).map { (precision.rawValue, $0 * Double(shape.workers) / 1e9) }
        }
        peakGflops = Dictionary(uniqueKeysWithValues: peaks)
        peakShare = peakGflops[shape.precision.rawValue].map { result.flopsPerSecond / 1e9 / $0 }
        productGflops = result.productFlopsPerSecond / 1e9
        productShare = result.productShare
        partShares = Dictionary(uniqueKeysWithValues: result.partShares.map { ($0.key.rawValue, $0.value) })
        joulesPerToken = result.joulesPerToken
        memoryBytes = shape.memoryBytes
        peakMemoryBytes = Self.peakMemory()
        against = nil
        peakShareRatio = nil
    }

    var json: Data {
        get throws {
            try JSONDocument.line(self)
        }
    }

    private static func peakMemory() -> Int? {
        var usage = rusage()
        return getrusage(RUSAGE_SELF.rawValue, &usage) == 0 ? usage.ru_maxrss * 1024 : nil
    }
}

enum BenchTable {
    /// The rows of one machine as a table and the conditions under it.
    static func text(_ rows: [BenchRow]) -> String {
        var header = ["model", "tokens/s", "ms/step", "GFLOP/s", "of peak", "of GEMM"]
        let parts: [StepPart] = [.matrices, .attention, .elementwise, .head, .update, .data]
        header += parts.map(\.rawValue) + ["memory"]
        let hasEnergy = rows.contains { $0.joulesPerToken != nil }
        let hasRecord = rows.contains { $0.peakShareRatio != nil }
        if hasEnergy { header.append("J/1M tokens") }
        if hasRecord { header.append("of peak, over before") }
        let hasRival = rows.contains { $0.against != nil }
        if hasRival { header += ["other tokens/s", "ratio", "its memory"] }
        let paths = Set(rows.map(\.kernels))
        var table = TextTable(header: header)
        for row in rows {
            var cells = [
                label(row) + (paths.count > 1 ? " " + row.kernels : ""), Quantity.short(row.tokensPerSecond),
                Quantity.significant(row.millisecondsPerStep), Quantity.significant(row.gflops),
                row.peakShare.map(Phrase.percent) ?? "–", Phrase.percent(row.productShare),
            ]
            cells += parts.map { Phrase.percent(row.partShares[$0.rawValue] ?? 0) }
            cells.append(Quantity.bytes(Double(row.peakMemoryBytes ?? row.memoryBytes)))
            if hasEnergy { cells.append(row.joulesPerToken.map { Quantity.significant($0 * 1e6) } ?? "–") }
            if hasRecord { cells.append(row.peakShareRatio.map(ratio) ?? "–") }
            if hasRival { cells += row.against.map(against) ?? ["–", "–", "–"] }
            table.add(cells)
        }
        return table.text + "\n\n" + conditions(rows[0], paths) + "\n"
    }

    private static func label(_ row: BenchRow) -> String { "d\(row.width) L\(row.layers) V\(row.vocabulary)" }

    private static func against(_ other: BenchRow.Against) -> [String] {
        [
            Quantity.short(other.tokensPerSecond),
            "\(ratio(other.ratio)) [\(ratio(other.ratioMin)), \(ratio(other.ratioMax))]",
            other.peakMemoryBytes.map { Quantity.bytes(Double($0)) } ?? "less than ours",
        ]
    }

    private static func ratio(_ value: Double) -> String { Quantity.significant(value) }

    private static func peaks(_ row: BenchRow) -> String {
        row.peakGflops.sorted { $0.key > $1.key }.map { "\(Quantity.significant($0.value)) GFLOP/s in \($0.key)" }
            .joined(separator: " and ")
    }

    private static func conditions(_ row: BenchRow, _ paths: Set<String>) -> String {
        """
          Context \(row.context), batch \(row.batch), \(row.workers) threads, \(row.precision.rawValue), kernels \
        \(paths.sorted().joined(separator: ", ")), \(row.blas).
          The peak of these threads is \(peaks(row)), by multiply-adds of registers.
          "of GEMM" is FLOP/s of the whole step over those of square products with as many threads.
        """
    }
}
