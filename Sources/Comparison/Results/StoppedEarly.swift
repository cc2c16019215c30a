// What was saved at the target by runs that ended once their curves had decided, or that a budget trained only in part.

public import ScalebenchCore

/// The runs of a comparison that were ended before their time.
public struct StoppedEarly: Codable, Sendable {
    /// The runs that were ended.
    public var runs: [Run]
    /// Training FLOPs that these runs would still have needed.
    public var flopsSaved: Double
    /// Core-seconds of training that were saved, at the speed that each run had; null where that is unknown.
    @OrNull public var secondsSaved: Double?

    /// One run that was ended before its time.
    public struct Run: Codable, Sendable, Equatable {
        /// The run's name in the store.
        public var id: RunID
        /// The candidates of the run, as indices into the document's candidates.
        public var candidates: [Int]
        /// The fraction of the schedule that was trained.
        public var fraction: Double
    }
}
