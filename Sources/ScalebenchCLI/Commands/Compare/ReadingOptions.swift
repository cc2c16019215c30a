// How a table of finished runs is read: which column is which, which metric counts, how numbers are written.

public import ArgumentParser
public import Comparison
import ScalebenchCore

struct ReadingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which column is which, such as candidate=optimizer,params=model_size,loss=val_loss; repeatable.",
            valueName: "what=name"))
    var columns: [String] = []
    @Option(help: "The metric to judge: a column, or a value of the column metric; all: every one.") var metric: String?
    @Flag(help: "More of the metric is better: its error, 1 − value, is judged; or less is, whatever its name.")
    var direction: MetricDirection?
    @Option(help: "What stands before decimals, point or comma; default: what the file shows.") var decimal:
        DecimalMark?

    func validate() throws {
        guard let first = columns.first(where: { !$0.contains("=") }) else { return }
        throw ValidationError("--columns takes what=name, such as loss=val_loss; found '\(SafeText.line(first))'.")
    }

    var isUsed: Bool { !columns.isEmpty || metric != nil || direction != nil || decimal != nil }

    var reading: TableReading {
        TableReading(columns: columns.flatMap(Self.pairs), metric: metric, direction: direction, decimal: decimal)
    }

    /// The metrics that are judged one by one: nil inside for all of the table; nil for a single metric.
    var severalMetrics: [String]?? {
        guard let metric else { return nil }
        if metric == "all" { return .some(nil) }
        let names = metric.split(separator: ",").map(String.init)
        return names.count > 1 ? .some(names) : nil
    }

    /// The pairs of one --columns. A comma without a later = belongs to a name.
    private static func pairs(_ text: String) -> [(role: String, name: String)] {
        var pairs: [(role: String, name: String)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let equals = part.firstIndex(of: "=") {
                pairs.append((String(part[..<equals]), String(part[part.index(after: equals)...])))
            } else if !pairs.isEmpty {
                pairs[pairs.count - 1].name += "," + part
            }
        }
        return pairs
    }
}

/// A count as tables write it: 7e9, 7B or 7,000,000,000.
struct Count: ExpressibleByArgument {
    let value: Double

    init?(argument: String) {
        guard let number = TableNumber(argument, takesSuffix: true) else { return nil }
        value = number.value
    }
}

extension DecimalMark: ExpressibleByArgument {}

extension MetricDirection: EnumerableFlag {}
