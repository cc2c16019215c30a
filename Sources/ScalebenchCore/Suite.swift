// A question with the ladder that answers it.

/// A suite: data set, rungs, target, seeds, thresholds. Read from `Suites/<name>/suite.json`.
package struct Suite: Sendable, Hashable {
    package var name: String
    /// It is raised when new results can no longer be compared with old ones.
    package var version: Int
    /// The question that the suite asks, in one sentence.
    package var question: String
    /// Name of the data set, looked up in the data roots.
    package var dataset: String
    package var contextLength: Int
    /// The rungs, smallest first.
    package var rungs: [Rung]
    package var target: Rung
    /// The numbers of rungs after which a comparison is judged, ascending. It ends at the first verdict that decides.
    /// Without any, `ComparisonPlan.stages` chooses them.
    package var stages: [Int] = []
    package var evaluation: RunSpec.Evaluation
    package var thresholds: VerdictThresholds
    /// Candidates compared when none are named; the first is A, the reference.
    package var candidates: [String]

    /// Where the suite's runs are carried out, unless the command says otherwise: a launcher file below the suite's folder,
    /// or the name of a launcher. It changes no result.
    package var launcher: String?

    /// One scale of the ladder.
    package struct Rung: Sendable, Hashable {
        package var width: Int
        package var layers: Int
        /// Training tokens of a run.
        package var tokens: Int
        /// Runs per candidate.
        package var seeds: Int

        package init(width: Int, layers: Int, tokens: Int, seeds: Int) {
            self.width = width
            self.layers = layers
            self.tokens = tokens
            self.seeds = seeds
        }
    }
}

extension Suite {
    /// Hash of what makes results comparable: scales, context, evaluation and the verdict's rule. Name, question and
    /// version, the list of candidates, stages and the number of seeds are left out; the data set has a hash of its own.
    package var contentHash: String {
        let scales = (rungs + [target]).map { rung in
            JSONValue.array([.integer(rung.width), .integer(rung.layers), .integer(rung.tokens)])
        }
        // Encoding structs of finite numbers cannot fail.
        return ContentHash.sha256(
            .object([
                "contextLength": .integer(contextLength), "scales": .array(scales),
                "evaluation": try! JSONValue(encoding: evaluation), "verdict": try! JSONValue(encoding: thresholds),
            ]))
    }
}

// MARK: - Reading

extension Suite {
    package init(_ reader: ConfigReader, defaultName: String) throws {
        name = try reader.string("name", default: defaultName)
        version = try reader.integer("version", in: 1...1_000_000)
        question = try reader.string("question")
        dataset = try reader.string("dataset")
        contextLength = try reader.integer("contextLength", in: 2...65_536)
        rungs = try reader.objects("rungs").map { try Rung($0, seeds: 1...1000) }
        target = try Rung(try reader.object("target"), seeds: 1...1)
        stages = try Self.stages(reader, rungs: rungs.count)
        evaluation = try RunSpec.Evaluation(try reader.object(ifPresent: "evaluation"))
        thresholds = try VerdictThresholds(try reader.object(ifPresent: "verdict"))
        candidates = try reader.strings("candidates", default: [])
        launcher = reader.has("launcher") ? try reader.string("launcher") : nil
        try reader.finish()
        try checkLadder(at: reader)
    }

    private static func stages(_ reader: ConfigReader, rungs: Int) throws -> [Int] {
        guard let numbers = try reader.numbers(ifPresent: "stages", in: 2...Double(max(rungs, 2))) else { return [] }
        let stages = numbers.map { Int($0) }
        guard zip(numbers, stages).allSatisfy({ $0 == Double($1) }), zip(stages, stages.dropFirst()).allSatisfy(<)
        else {
            throw ScalebenchError(
                .invalidInput, "stages are whole numbers that rise", at: reader.location(of: "stages"),
                hint: "list after how many rungs a verdict may end the comparison, for example [2, 3]")
        }
        return stages
    }

    /// Rungs must rise in cost and stay below the target, or "extrapolation" has no meaning.
    private func checkLadder(at reader: ConfigReader) throws {
        let sizes = (rungs + [target]).map { Double($0.width * $0.width * $0.layers) * Double($0.tokens) }
        for index in rungs.indices where sizes[index] >= sizes[index + 1] {
            let isLast = index == rungs.count - 1
            throw ScalebenchError(
                .invalidInput, isLast ? "the target is not above the top rung" : "rungs must rise in scale",
                at: reader.location(of: isLast ? "target" : "rungs[\(index + 1)]"),
                hint: "order rungs by width² · layers · tokens, the target last and largest")
        }
        guard rungs.count >= 2 else {
            throw ScalebenchError(
                .invalidInput, "a ladder has at least two rungs", at: reader.location(of: "rungs"), hint: "add a rung")
        }
    }
}

extension Suite.Rung {
    /// - Parameter range: the allowed `seeds`; the target takes 1, as only one run of each candidate is affordable.
    init(_ reader: ConfigReader, seeds range: ClosedRange<Int>) throws {
        width = try reader.integer("width", in: 1...131_072)
        layers = try reader.integer("layers", in: 1...1024)
        tokens = try reader.integer("tokens", in: 1...1_000_000_000_000_000)
        seeds = try reader.integer("seeds", in: range, default: 1)
        try reader.finish()
    }
}

extension RunSpec.Evaluation {
    init(_ reader: ConfigReader?) throws {
        let reader = try reader ?? ConfigReader(.object([:]), file: "")
        sequences = try reader.integer("sequences", in: 2...1_000_000, default: 512)
        curvePoints = try reader.integer("curvePoints", in: 1...1000, default: 20)
        curveSequences = try reader.integer("curveSequences", in: 1...1_000_000, default: 64)
        let names = try reader.strings("breakdown", default: [])
        breakdown = Breakdown.allCases.filter { names.contains($0.rawValue) }
        if let unknown = names.first(where: { Breakdown(rawValue: $0) == nil }) {
            throw ScalebenchError(
                .invalidInput, "unknown breakdown \"\(unknown)\"", at: reader.location(of: "breakdown"),
                hint: "use any of: \(Breakdown.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        try reader.finish()
    }
}
