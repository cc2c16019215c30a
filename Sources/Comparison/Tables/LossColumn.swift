// The columns that tables of losses may have, with the names that each is known by.

package import ScalebenchCore

/// A column of a table of losses. To read another name for one of them, add it to `names`, or to `otherNames` where a
/// result must say that it was taken for this column.
package enum LossColumn: String, CaseIterable, Sendable {
    /// Losses can be compared only where these four columns are equal.
    case source, ladder, metric, axis
    case candidate, seed
    /// A run's scale on the axis that the column `axis` names, and its parameters, training tokens and FLOPs.
    case scale, parameters, tokens, flops
    /// The step at which a loss was measured, and the learning rate there.
    case step, learningRate
    /// The part of a curve that a row belongs to.
    case split
    case loss
    /// What the run's training took: of all devices together either the speed or the whole time, and how many they are.
    case tokensPerSecond, seconds, devices
    /// Whether a run ended as it should, and what it is called.
    case state, runName

    /// The names of the column in a file's header; the first one found is read.
    package var names: [String] {
        switch self {
        case .candidate: ["candidate", "config"]
        case .parameters: ["params", "parameters"]
        case .learningRate: ["lr"]
        default: [rawValue]
        }
    }

    /// Names that other tools write, without capitals, spaces and punctuation. The single letters of scaling laws are
    /// capitals.
    private var otherNames: [String] {
        switch self {
        case .candidate:
            [
                "optimizer", "optimiser", "optim", "optimizername", "opt", "recipe", "recipename", "method",
                "methodname", "variant", "algorithm",
                "algo", "arm", "architecture", "arch", "candidatename", "variantname", "commit",
            ]
        case .parameters:
            [
                "N", "nparams", "numparams", "paramcount", "parametercount", "nparameters", "numparameters",
                "modelsize",
                "modelparams", "modelparameters", "totalparams", "totalparameters", "trainableparams",
                "trainableparameters", "nonembeddingparams", "nonembeddingparameters", "nonembparams", "sizeparams",
            ]
        case .tokens:
            [
                "D", "ntokens", "numtokens", "tokencount", "traintokens", "trainingtokens", "totaltokens", "tokensseen",
                "numtrainingtokens", "numtraintokens", "tokenstrained", "tokensprocessed", "trainedtokens",
                "throughputtotaltokens",
            ]
        case .flops:
            [
                "C", "totalflops", "trainflops", "trainingflops", "flop", "totalflop", "trainflop", "compute",
                "computeflops", "trainingcompute", "numflops", "throughputtotalflops",
            ]
        case .seed: ["randomseed", "rngseed", "runseed", "replicate", "repetition"]
        case .metric: ["metricname", "subset", "domain", "evalset", "variable"]
        case .loss:
            [
                "valloss", "validloss", "validationloss", "evalloss", "testloss", "heldoutloss", "devloss", "finalloss",
                "finalvalloss", "finalevalloss", "valbpb", "evalbpb", "validationbpb", "bpb", "bitsperbyte",
                "crossentropy", "valcrossentropy", "evalcrossentropy", "valce", "valnll", "nll", "valxent", "value",
            ]
        case .tokensPerSecond: ["tokenspersec", "tokspersec", "toksec", "tokpersec", "throughputtokenspersecond"]
        case .seconds: ["trainseconds", "trainingseconds"]
        case .devices: ["gpus", "ngpus", "numgpus", "ndevices", "numdevices"]
        case .state: ["status", "runstatus", "runstate"]
        case .runName: ["run", "name", "runid", "displayname", "experiment", "experimentname", "mlflowrunname"]
        case .source, .ladder, .axis, .scale, .step, .learningRate, .split: []
        }
    }

    /// Names that are only taken where no other column goes by another name.
    static let lastResort: Set<String> = ["commit", "value"]

    /// Whether a name of a header, as `HeaderName` reads it, may be this column's.
    func mayBeCalled(_ name: HeaderName) -> Bool {
        Self.known[name.word, default: []].contains(self)
    }

    /// Whether a name without capitals and punctuation is one of a column's.
    static func isKnown(_ word: String) -> Bool { known[word] != nil }

    /// The columns that a name of a header may stand for.
    static func all(called name: String) -> [LossColumn] { known[HeaderName(name).word, default: []] }

    private static let known: [String: [LossColumn]] = allCases.reduce(into: [:]) { known, column in
        let own = column.names.map { HeaderName.plain($0) }
        for name in Set(own + column.otherNames) { known[name, default: []].append(column) }
    }

    /// Whether its cells are numbers, and counts that may be written as 10M.
    var isNumber: Bool { isCount || [.loss, .learningRate, .tokensPerSecond, .seconds, .devices].contains(self) }
    var isCount: Bool { [.scale, .parameters, .tokens, .flops].contains(self) }

    /// What options call the column.
    var optionName: String { names[0] }

    /// The column that options call `name`; nil where there is none.
    static func called(_ name: String) -> LossColumn? {
        allCases.first { $0.rawValue == name || $0.names.contains(name) }
    }

    /// The column that gives the scale on an axis.
    package init(_ axis: ScaleAxis) {
        switch axis {
        case .parameters: self = .parameters
        case .tokens: self = .tokens
        case .flops: self = .flops
        }
    }
}
