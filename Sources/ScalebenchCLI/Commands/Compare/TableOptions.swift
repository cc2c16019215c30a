// How `scalebench compare --runs` reads a table of results trained elsewhere.

public import ArgumentParser
import Comparison
public import ScalebenchCore

struct TableOptions: ParsableArguments {
    @Option(
        help:
            """
            Table of finished runs: CSV, TSV, JSON or JSON lines, plain, .gz or .zst; nothing is trained. The columns are \
            candidate,scale,seed,loss or config,params,tokens,flops,seed,loss,metric, and tokensPerSecond or seconds, \
            with devices, for device time. Usual other names are found, and the result says so.
            """
    ) var runs: String?
    @Option(help: "The scale to judge at, in units of the axis: 7e9 or 7B.") var targetScale: Count?
    @Option(help: "Training tokens of the target, where runs of equal FLOPs differ in theirs.") var targetTokens: Count?
    @Option(help: "With --target-tokens instead of --target-scale: parameters of the target.")
    var targetParameters: Count?
    @Option(help: "parameters, tokens or flops; default: what the file says.") var axis: ScaleAxis?
    @Option(name: .customLong("where"), help: "Keep rows with column=value; repeatable.") var filters: [String] = []
    @Option(help: "The candidate the others are compared with; default: the first.") var reference: String?

    @OptionGroup var reading: ReadingOptions

    @Option(
        name: .customLong("setting"),
        help:
            "A column with a number in which candidates differ, compared by ratios (name) or differences (name:linear); repeatable."
    ) var settings: [String] = []
    @Flag(help: "With --setting: compare the others with the candidate that is forecast to be the best.") var best =
        false

    func validate() throws {
        guard settings.count <= 3 else { throw ValidationError("Up to three columns can be settings.") }
        guard !best || !settings.isEmpty else {
            throw ValidationError(
                "--best goes with --setting: it is the settings that say which candidate is the best.")
        }
        guard !best || reference == nil else {
            throw ValidationError("Give --best or --reference, not both.")
        }
        for number in [targetScale, targetTokens, targetParameters].compactMap({ $0?.value })
        where !(number >= 1e-30 && number <= 1e30) {
            throw ValidationError(
                "--target-scale, --target-tokens and --target-parameters take numbers from 1e-30 to 1e30.")
        }
        if targetParameters != nil {
            guard targetTokens != nil else {
                throw ValidationError("--target-parameters needs --target-tokens: together they say what it costs.")
            }
            guard targetScale == nil else {
                throw ValidationError("Give --target-scale or --target-parameters, not both.")
            }
            guard axis == nil || axis == .flops else {
                throw ValidationError("A target given by parameters and tokens is judged on --axis flops.")
            }
        }
        for filter in filters where !filter.contains("=") {
            throw ValidationError("--where takes column=value, found '\(SafeText.line(filter))'.")
        }
    }

    var isUsed: Bool {
        targetScale != nil || targetTokens != nil || targetParameters != nil || axis != nil || !filters.isEmpty
            || reference != nil || !settings.isEmpty || best || reading.isUsed
    }

    /// The target that the options name; nil where they name none.
    var target: RunTable.Target? {
        if let targetParameters, let targetTokens {
            return .model(parameters: targetParameters.value, tokens: targetTokens.value)
        }
        return targetScale.map { .scale($0.value, tokens: targetTokens?.value) }
    }

    /// The choices for reading the table. A target given by its parameters is judged over FLOPs.
    func query(_ candidates: [String]) -> RunTable.Query {
        var query = RunTable.Query(
            axis: targetParameters == nil ? axis : .flops, filters: filters.map(Self.filter), candidates: candidates,
            reference: reference)
        query.settings = settings.map(Self.setting)
        query.bestIsReference = best
        query.reading = reading.reading
        return query
    }

    /// The column of a --setting, and how its values are compared.
    static func setting(_ text: String) -> RunTable.Query.Setting {
        let suffix = ":linear"
        return text.hasSuffix(suffix)
            ? RunTable.Query.Setting(column: String(text.dropLast(suffix.count)), isLinear: true)
            : RunTable.Query.Setting(column: text)
    }

    /// The column and value of a valid --where.
    static func filter(_ text: String) -> TableFilter {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
    }
}

extension ScaleAxis: ExpressibleByArgument {}
