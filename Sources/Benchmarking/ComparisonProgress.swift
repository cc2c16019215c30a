// The events of a comparison. A comparison prints nothing itself: a terminal, a log or a test listens to its events.

public import Comparison

/// A listener to the events of a comparison.
public protocol ComparisonProgress: Sendable {
    /// Is called for each event, in their order, from any task.
    func note(_ event: ComparisonEvent)
}

/// An event of a comparison.
public enum ComparisonEvent: Sendable {
    /// Something was found that weakens the verdict, before anything is trained. The result has it too.
    case found(Finding)
    /// The data set is being made; `fraction` of it is done.
    case preparingDataset(name: String, fraction: Double)
    /// The data set can be read.
    case datasetIsReady(name: String)
    /// The pairs' results from the ladder alone, before anything is trained at the target.
    case predicted([PairResult])
    /// The next step of a budget is about to be taken.
    case nextStep(ProposedStep)
    /// A run was killed while it wrote its last event, which is left out.
    case droppedTornEvent(TrainingBatch.Run)
    /// The runs of a batch are about to be trained.
    case trainingBegan(TrainingBatch)
    /// A run was started.
    case runStarted(TrainingBatch.Run)
    /// A run ended in this way.
    case runEnded(TrainingBatch.Run, RunOutcome)
    /// The launcher says something that a person may want to know.
    case launcherNote(String)
    /// No run of the batch is being trained any more.
    case trainingEnded
}

/// Runs that are trained together.
public struct TrainingBatch: Sendable {
    /// The runs in the order in which they are started, most expensive first.
    public let runs: [Run]
    /// The number of runs trained at once.
    public let workers: Int
    /// The estimated core-seconds of each run by its name; zero where nothing is known. A call takes a moment, because
    /// it trains a few steps.
    public let estimatedSeconds: @Sendable () -> [String: Double]

    /// One run of the batch.
    public struct Run: Sendable, Equatable {
        /// The run's name in the store.
        public let id: String
        /// The run in words: `width 48, constant, seed 1`.
        public let description: String
        /// The path of the folder to which its events are written.
        public let folder: String
        /// The number of steps of the whole schedule.
        public let steps: Int
        /// The step up to which it is trained now.
        public let goalStep: Int
    }
}

/// How a run ended.
public enum RunOutcome: Sendable, Equatable {
    /// The run reached the end of its schedule with this final loss.
    case completed(loss: Double?)
    /// The loss was no longer finite, or exploded.
    case diverged
    /// The comparison was decided before the run's end.
    case stoppedEarly(step: Int)
    /// The run was trained as far as a budget wanted it.
    case paused(step: Int)
    /// The trainer failed.
    case failed
    /// The run stopped on request after a checkpoint.
    case interrupted
    /// The run was never started, because a stop was requested before.
    case notStarted
}

/// A step of a budget, before it is taken.
public struct ProposedStep: Sendable {
    /// The runs with their expected worth.
    public let runs: ProposedRun
    /// The names of the candidates that gain runs.
    public let candidates: [String]
    /// Whether the runs are at the target.
    public let isAtTarget: Bool
    /// What the step costs, in the budget's unit.
    public let cost: Double
    /// What earlier steps have cost, in the budget's unit.
    public let spent: Double
    /// The whole budget.
    public let budget: Budget
}

/// The error of a comparison that was asked to stop. The same request goes on where it was.
public struct ComparisonInterrupted: Error, Sendable {
    /// The number of finished runs and of planned ones; nil while the data set was being made.
    public let finished: (runs: Int, planned: Int)?
    /// The runs that go on, or are to be started, without this process; nil where it trains them itself.
    public internal(set) var pending: PendingRuns?
}

/// Runs that somebody else carries out.
public struct PendingRuns: Sendable {
    /// Whether they are jobs of a scheduler; otherwise their folders are prepared, and nothing has been started.
    public let areSubmitted: Bool
    /// The runs in the order in which they are to be started.
    public let runs: [Run]

    /// One of the runs.
    public struct Run: Sendable, Encodable {
        /// The run's name in the store.
        public let id: String
        /// The run in words: `width 48, constant, seed 1`.
        public let description: String
        /// The absolute path of its folder: `scalebench run FOLDER` trains it.
        public let folder: String
        /// Training FLOPs of the whole run.
        public let flops: Double
    }
}
