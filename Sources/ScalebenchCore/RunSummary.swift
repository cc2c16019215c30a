// One line about one run, trained here or imported: what `runs list` shows and writes as JSON. Keys are the names of the
// properties; a number that does not exist is null.

/// A run with what it belongs to and what came of it.
package struct RunSummary: Codable, Sendable {
    package var id: RunID
    package var status: Status
    /// Names under which it was entered; empty for a run of a store without entries.
    package var candidates: [String]
    /// Such as `lr-rule v1`; empty for imported runs.
    package var suites: [String]
    /// The place on the ladder, `width 48`; null for imported runs.
    @OrNull package var place: String?
    package var seed: Int
    /// Non-embedding parameters of trained runs; of imported ones whatever its labels say.
    @OrNull package var parameters: Double?
    @OrNull package var tokens: Double?
    @OrNull package var flops: Double?
    /// Of training, on one core; null where unknown.
    @OrNull package var seconds: Double?
    /// The last validation loss; the result once the status is `completed` or `imported`.
    @OrNull package var loss: Double?
    package var unit: LossUnit
    /// When it last started, or was imported: UTC, ISO 8601. Null before the first start.
    @OrNull package var date: String?

    package enum Status: String, Codable, Sendable, CaseIterable {
        /// Ordered, never started.
        case prepared
        /// A process holds its lock.
        case running
        /// Started, not ended, and nobody is at work.
        case unfinished
        case completed, diverged, failed
        /// Ended before its time because a comparison was decided.
        case stoppedEarly
        /// As far as a budget wanted it.
        case paused
        /// Its files cannot be read.
        case damaged
        /// Trained elsewhere.
        case imported
    }

    package init(
        id: RunID, status: Status, candidates: [String], suites: [String], place: String?, seed: Int,
        parameters: Double?, tokens: Double?, flops: Double?, seconds: Double?, loss: Double?, unit: LossUnit,
        date: String?
    ) {
        self.id = id
        self.status = status
        self.candidates = candidates
        self.suites = suites
        self.place = place
        self.seed = seed
        self.parameters = parameters
        self.tokens = tokens
        self.flops = flops
        self.seconds = seconds
        self.loss = loss
        self.unit = unit
        self.date = date
    }
}
