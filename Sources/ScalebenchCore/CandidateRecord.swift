// A candidate's place on a leaderboard, before any result: which suite and data it belongs to and which runs are its.
// Runs are named by content and know neither candidate nor suite; this small document is what joins them. Results are
// always read from the runs' own events.

/// One candidate of one suite.
package struct CandidateRecord: Codable, Sendable, Equatable {
    /// The layout of this document.
    package var schemaVersion = 1
    package var suite: SuiteReference
    /// `Suite.contentHash`: the scales, evaluation and rule behind the suite's name and version.
    package var suiteHash: String
    package var question: String
    package var axis: ScaleAxis
    /// Entropy of the validation data in nats per token, where it is known: no loss can fall below it.
    package var knownFloor: Double?
    package var candidate: CandidateRuns
    /// UTC, ISO 8601.
    package var firstWritten: String
    /// Among the candidates of the compare that wrote it: the reference has 0.
    package var position: Int

    package init(
        suite: SuiteReference, suiteHash: String, question: String, axis: ScaleAxis,
        knownFloor: Double? = nil, candidate: CandidateRuns, firstWritten: String, position: Int
    ) {
        self.suite = suite
        self.suiteHash = suiteHash
        self.question = question
        self.axis = axis
        self.knownFloor = knownFloor
        self.candidate = candidate
        self.firstWritten = firstWritten
        self.position = position
    }

    /// What records must have in common to be ranked together: 64 hexadecimal digits.
    package var board: String {
        ContentHash.sha256(
            .array([
                .string(suite.name), .integer(suite.version), .string(suite.dataHash), .string(suiteHash),
                .string(axis.rawValue),
            ]))
    }

    /// A hash of everything but floor, date and position: equal records are the same one. 64 hexadecimal digits.
    package var identity: String {
        var content = self
        content.knownFloor = nil
        content.firstWritten = ""
        content.position = 0
        // Encoding a struct of finite numbers and strings cannot fail.
        return ContentHash.sha256(try! JSONValue(encoding: content))
    }
}
