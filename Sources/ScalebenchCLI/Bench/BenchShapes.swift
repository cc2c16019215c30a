// The shapes that `scalebench bench` measures: one from its options, or a table of them from small rungs to large ones.

import ArgumentParser
import Foundation
import ScalebenchCore
import Training
import Transformer

/// The options that describe a shape.
struct BenchShapeOptions: ParsableArguments {
    @Option(help: "Channels; with any option of the shape, that shape is measured instead of a table.") var width: Int?
    @Option(help: "Blocks; default: 4.") var layers: Int?
    @Option(help: "Attention heads; default: 4.") var heads: Int?
    @Option(help: "Tokens of the vocabulary; default: 512.") var vocabulary: Int?
    @Option(help: "Tokens a position can see; default: 256.") var context: Int?
    @Option(help: "Sequences per step; default: 16.") var batch: Int?
    @Option(help: "Take architecture and optimizer of this candidate.", completion: .file()) var candidate: String?
    @Option(help: "Threads; default: one per core.") var workers: Int?
    @Option(help: "Number format of the operands of matrix products.") var precision: RunSpec.Precision = .fp32
    @Flag(help: "Measure the kernels of every instruction set this processor has.") var allPaths = false

    private static let most = 1_000_000

    mutating func validate() throws {
        for (name, value) in [
            ("width", width), ("layers", layers), ("heads", heads), ("vocabulary", vocabulary), ("context", context),
            ("batch", batch), ("workers", workers),
        ] {
            if let value, !(1...Self.most).contains(value) {
                throw ValidationError("--\(name) must be from 1 to \(Self.most).")
            }
        }
    }

    /// Threads to measure with.
    var workerCount: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }

    /// Every shape to measure, on every path asked for.
    func shapes() throws -> [BenchmarkShape] {
        let recipe = try candidate.map(Self.recipe)
        let paths = allPaths ? KernelPath.allCases.filter(\.isAvailable) : [.best]
        let sizes = isTable ? Self.table : [size(width: width ?? 64, layers: layers ?? 4)]
        return try sizes.flatMap { size in try paths.map { try shape(size, recipe, $0) } }
    }

    private static func recipe(_ file: String) throws -> Candidate {
        let family = try CandidateFamily.open(file)
        guard family.settings.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the file sweeps \(family.settings.map(\.name).joined(separator: " and "))", at: file,
                hint: "write one number in its place: a benchmark measures one recipe")
        }
        return family.members[0].candidate
    }

    private struct Size {
        var width, layers, heads, vocabulary, context, batch: Int
    }

    private var isTable: Bool {
        [width, layers, heads, vocabulary, context, batch].allSatisfy { $0 == nil } && candidate == nil
    }

    /// Shapes from a rung that takes seconds to one that takes days.
    private static let table = [
        Size(width: 32, layers: 2, heads: 4, vocabulary: 512, context: 256, batch: 16),
        Size(width: 64, layers: 4, heads: 4, vocabulary: 512, context: 256, batch: 16),
        Size(width: 64, layers: 4, heads: 4, vocabulary: 4096, context: 256, batch: 16),
        Size(width: 128, layers: 4, heads: 4, vocabulary: 512, context: 256, batch: 16),
        Size(width: 256, layers: 6, heads: 4, vocabulary: 512, context: 256, batch: 16),
        Size(width: 384, layers: 6, heads: 4, vocabulary: 512, context: 256, batch: 16),
    ]

    private func size(width: Int, layers: Int) -> Size {
        Size(
            width: width, layers: layers, heads: heads ?? 4, vocabulary: vocabulary ?? 512, context: context ?? 256,
            batch: batch ?? 16)
    }

    private func shape(_ size: Size, _ recipe: Candidate?, _ path: KernelPath) throws -> BenchmarkShape {
        var shape = try recipe.map { try self.shape(size, of: $0) } ?? plain(size)
        shape.workers = workerCount
        shape.kernels = path
        shape.precision = precision
        return shape
    }

    private func plain(_ size: Size) throws -> BenchmarkShape {
        guard size.width % size.heads == 0 else {
            throw ScalebenchError(
                .invalidInput, "\(size.heads) heads do not divide width \(size.width)", at: "--heads",
                hint: "choose a divisor of the width")
        }
        return BenchmarkShape(
            model: ModelConfig(
                width: size.width, layers: size.layers, heads: size.heads, contextLength: size.context,
                vocabularySize: size.vocabulary, mlpWidth: 4 * size.width), batchSequences: size.batch)
    }

    /// A candidate resolved at a rung made of the options; its own heads unless they are given.
    private func shape(_ size: Size, of candidate: Candidate) throws -> BenchmarkShape {
        guard case .builtin = candidate.trainer else {
            throw ScalebenchError(
                .invalidInput, "only candidates of the built-in trainer can be measured", at: "--candidate",
                hint: "time another trainer with --against")
        }
        var candidate = candidate
        if let heads { candidate.model.heads = ScaledValue(Double(heads)) }
        candidate.batchTokens = ScaledValue(Double(size.batch * size.context))
        let tokens = 1000 * size.batch * size.context
        let spec = try RunSpec(
            candidate, at: Suite.Rung(width: size.width, layers: size.layers, tokens: tokens, seeds: 1),
            contextLength: size.context, evaluation: .init(sequences: 1, curvePoints: 1, curveSequences: 1),
            vocabularySize: size.vocabulary, dataHash: "", seed: 0)
        var shape = BenchmarkShape(model: spec.model, batchSequences: spec.batchSequences)
        shape.optimizer = spec.optimizer
        return shape
    }
}

extension RunSpec.Precision: ExpressibleByArgument {}
