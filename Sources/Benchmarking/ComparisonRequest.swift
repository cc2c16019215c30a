// The request for a comparison that trains, with the same choices as the options of `scalebench compare`.

public import Comparison
import Foundation
import RunStore

/// A request for a comparison that trains.
public struct ComparisonRequest: Sendable {
    /// Candidate files, or names of the suite's own candidates; the first is the reference A. If empty, the suite's own
    /// candidates are compared.
    public var candidates: [String]
    /// The suite: a name, or a folder with a `suite.json`.
    public var suite = EmbeddedFiles.defaultSuite
    /// A data set instead of the suite's: a name, or a folder with a `dataset.json`; nil for the suite's.
    public var dataset: String?
    /// The folder that keeps every run.
    public var store = RunStore.defaultRoot
    /// Whether runs that a baseline has are taken from it instead of being trained.
    public var usesBaselines = true
    /// The number of runs trained at once.
    public var workers = ProcessInfo.processInfo.activeProcessorCount
    /// Where runs are carried out: a launcher file, or one of `local`, `slurm`, `prepare`; nil for what the suite or the
    /// environment variable `SCALEBENCH_LAUNCHER` names, otherwise this machine.
    public var launcher: String?
    /// The first seed; another number gives fresh runs.
    public var firstSeed = 0
    /// Whether the reference keeps its seeds from 0 on, so that another `firstSeed` gives fresh runs of the others alone.
    public var isReferencePinned = false
    /// Whether the target is trained.
    public var trainsTarget = true
    /// Whether every rung and the whole target are trained, also once the verdict is decided. Otherwise the first stage
    /// that decides is the last, and runs at the target end as soon as their curves have decided; they can go on later.
    public var trainsAllRungs = false
    /// What further runs may cost, once the planned ladder has been trained; nil for no further runs.
    public var budget: Budget?
    /// The probability that further runs are to bring every winner to; nil for that of the suite's rule.
    public var until: Double?
    /// The path of the `scalebench` program that carries out single runs; nil for the one beside this program or on the
    /// search path.
    public var program: String?

    public init(candidates: [String] = []) { self.candidates = candidates }
}

extension ComparisonRequest {
    /// Trains what the store does not have yet, and judges.
    ///
    /// Runs that failed are left out and named in the findings of every pair; the same request tries them again.
    /// - Parameter progress: hears of everything that happens on the way.
    /// - Throws: `ScalebenchError` for input that is not valid, or when so many runs failed that nothing can be judged.
    public func run(progress: (any ComparisonProgress)? = nil) async throws -> CompareResult {
        try await ComparisonSession(self, progress: progress).run().result
    }
}
