// What is asked of a comparison that trains: the same choices as the options of `scalebench compare`.

public import Comparison
import Foundation
import RunStore

/// A comparison to be made.
public struct ComparisonRequest: Sendable {
    /// Candidate files, or names of the suite's own candidates; the first is the reference A. Empty: the suite's own pair.
    public var candidates: [String]
    /// The suite: a name, or a folder with a `suite.json`.
    public var suite = EmbeddedFiles.defaultSuite
    /// A data set instead of the suite's: a name, or a folder with a `dataset.json`.
    public var dataset: String?
    /// The folder that keeps every run.
    public var store = RunStore.defaultRoot
    /// Runs trained at once.
    public var workers = ProcessInfo.processInfo.activeProcessorCount
    /// Seeds are counted from here; another number gives fresh runs.
    public var firstSeed = 0
    /// False leaves the target untrained.
    public var trainsTarget = true
    /// Ends the runs at the target as soon as their curves have decided; they can go on later.
    public var stopsEarly = false
    /// What further runs may cost, once the planned ladder has been trained; nil: no further runs are made.
    public var budget: Budget?
    /// The probability that further runs are to bring every winner to; nil: that of the suite's rule.
    public var until: Double?
    /// The `scalebench` program that carries out single runs; nil: the one beside this program, or on the search path.
    public var program: String?

    public init(candidates: [String] = []) { self.candidates = candidates }
}

extension ComparisonRequest {
    /// Trains what the store does not have yet and judges.
    ///
    /// Runs that failed are left out and named in the findings of every pair; the same request tries them again.
    /// - Parameter progress: hears of everything that happens on the way.
    /// - Throws: `ScalebenchError` for input that says nothing valid, or when so many runs failed that nothing can be
    ///   judged.
    public func run(progress: (any ComparisonProgress)? = nil) async throws -> CompareResult {
        try await ComparisonSession(self, progress: progress).run().result
    }
}
