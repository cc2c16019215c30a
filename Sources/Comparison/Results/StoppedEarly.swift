// What was saved at the target by `compare --stop-early`, or by a budget that took runs only so far.

public import ScalebenchCore

/// The runs of a comparison that were ended before their time.
public struct StoppedEarly: Codable, Sendable {
    public var runs: [Run]
    /// Training FLOPs that these runs still had to come.
    public var flopsSaved: Double
    /// Core-seconds of training, at the speed that each run had; null where that is unknown.
    @OrNull public var secondsSaved: Double?

    public struct Run: Codable, Sendable, Equatable {
        public var id: RunID
        /// Indices into the document's candidates.
        public var candidates: [Int]
        /// Share of the schedule that was trained.
        public var fraction: Double
    }
}
