// One line about one run, trained here or imported: what `runs list` shows and writes as JSON. Keys are the names of the
// properties; a number that does not exist is null.

/// A run, what it belongs to, and its result.
package struct RunSummary: Codable, Sendable {
    package var id: RunID
    package var status: Status
    /// Names under which it was entered; empty for a run of a store without entries.
    package var candidates: [String]
    /// Suites with their versions, such as `lr-rule v1`; empty for imported runs.
    package var suites: [String]
    /// The place on the ladder, `width 48`; null for imported runs.
    @OrNull package var place: String?
    package var seed: Int
    /// Non-embedding parameters of a trained run; for an imported one, what its labels say.
    @OrNull package var parameters: Double?
    @OrNull package var tokens: Double?
    @OrNull package var flops: Double?
    /// Seconds of training without evaluation; null where unknown.
    @OrNull package var seconds: Double?
    /// The last validation loss; the result once the status is `completed` or `imported`.
    @OrNull package var loss: Double?
    package var unit: LossUnit
    /// The time of the last start, or of the import: UTC, ISO 8601; null before the first start.
    @OrNull package var date: String?

    package enum Status: String, Codable, Sendable, CaseIterable {
        /// It was ordered but never started.
        case prepared
        /// A process holds its lock.
        case running
        /// It was started, has not ended, and no process is at work.
        case unfinished
        case completed, diverged, failed
        /// It was ended early because a comparison was decided.
        case stoppedEarly
        /// It has come as far as a budget asked.
        case paused
        /// Its files cannot be read.
        case damaged
        /// It was trained elsewhere.
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
