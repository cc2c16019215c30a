// What a comparison tells while it works. It prints nothing itself: a terminal, a log or a test listens.

public import Comparison

/// Hears of what a comparison does.
public protocol ComparisonProgress: Sendable {
    /// Called in the order of events, from any task.
    func note(_ event: ComparisonEvent)
}

/// Something that happened.
public enum ComparisonEvent: Sendable {
    /// The data set is being made; `fraction` of it is done.
    case preparingDataset(name: String, fraction: Double)
    case datasetIsReady(name: String)
    /// What the ladder alone says, before anything is trained at the target.
    case predicted([PairResult])
    /// The next step of a budget is about to be taken.
    case nextStep(ProposedStep)
    /// A run was killed while it wrote its last event, which is left out.
    case droppedTornEvent(TrainingBatch.Run)
    case trainingBegan(TrainingBatch)
    case runStarted(TrainingBatch.Run)
    case runEnded(TrainingBatch.Run, RunOutcome)
    case trainingEnded
}

/// Runs that are trained together.
public struct TrainingBatch: Sendable {
    /// Most expensive first, in the order in which they are started.
    public let runs: [Run]
    public let workers: Int
    /// Core-seconds of each run by its name, measured by training a few steps; asking for them takes a moment.
    public let estimatedSeconds: @Sendable () -> [String: Double]

    public struct Run: Sendable, Equatable {
        /// Its name in the store.
        public let id: String
        /// `width 48, constant, seed 1`.
        public let description: String
        /// Where its events are written.
        public let folder: String
        /// Of the whole schedule.
        public let steps: Int
        /// The step up to which it is trained now.
        public let goalStep: Int
    }
}

/// How a run ended.
public enum RunOutcome: Sendable, Equatable {
    case completed(loss: Double?)
    case diverged
    /// Its comparison was decided before its end.
    case stoppedEarly(step: Int)
    /// It came as far as a budget wanted it.
    case paused(step: Int)
    case failed
    /// It stopped on request after a checkpoint.
    case interrupted
    /// It was never started, because a stop was requested before.
    case notStarted
}

/// A step of a budget, before it is taken.
public struct ProposedStep: Sendable {
    public let runs: ProposedRun
    /// Names of the candidates that gain runs.
    public let candidates: [String]
    public let isAtTarget: Bool
    /// In the budget's unit: what the step costs, and what was spent before.
    public let cost: Double
    public let spent: Double
    public let budget: Budget
}

/// The comparison was asked to stop; the same request goes on where it was.
public struct ComparisonInterrupted: Error, Sendable {
    /// Finished runs of those that are planned; nil while the data set was being made.
    public let finished: (runs: Int, planned: Int)?
}
