// Chooses which series of a log is the loss that counts. A validation loss need not be named where it is the only one;
// every other series must be named.

package import ScalebenchCore

package enum MetricChoice {
    /// The series called `wanted`, or else the one validation loss.
    /// - Throws: `invalidInput` when there is none, or more than one.
    package static func choose(
        _ wanted: String?, in run: TrainingLog.Run, file: String
    ) throws -> TrainingLog.Series {
        let names = run.series.map(\.metric)
        let place = run.name.map { "\(file): run \"\($0)\"" } ?? file
        guard !names.isEmpty else { throw ScalebenchError(.invalidInput, "it has no metrics", at: place) }
        if let wanted {
            if let series = run.series.first(where: { $0.metric == wanted }) { return series }
            throw ScalebenchError(
                .invalidInput, "no metric \"\(wanted)\"", at: place,
                hint: NearestName.hint(wanted, among: names, otherwise: "metrics: \(list(names))"))
        }
        let likely = run.series.filter { isValidationLoss($0.metric) }
        if likely.count == 1 { return likely[0] }
        throw ScalebenchError(
            .invalidInput, likely.isEmpty ? "no metric is plainly a validation loss" : "several validation losses",
            at: place, hint: "choose with --metric; metrics: \(list(likely.isEmpty ? names : likely.map(\.metric)))")
    }

    /// Bits per byte where the name says so; else nats per token, which is what trainers call a loss.
    package static func unit(of metric: String) -> LossUnit {
        let name = metric.lowercased()
        return name.contains("bpb") || name.contains("bits_per_byte") ? .bitsPerByte : .natsPerToken
    }

    private static func isValidationLoss(_ metric: String) -> Bool {
        let name = metric.lowercased()
        let isHeldOut = ["val", "eval", "dev", "test"].contains { name.contains($0) }
        return isHeldOut && ["loss", "bpb", "nll", "cross_entropy"].contains { name.contains($0) }
    }

    private static func list(_ names: [String]) -> String { names.prefix(12).joined(separator: ", ") }
}
