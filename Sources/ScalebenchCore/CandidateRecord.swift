// The record of a candidate that was compared, without results: its suite, its data and its runs. Runs are named by
// their content and name neither candidate nor suite, so this small document joins them. Results are always read from
// the runs' own events.

/// One candidate of one suite.
package struct CandidateRecord: Codable, Sendable, Equatable {
    /// The number of this document's layout.
    package var schemaVersion = 1
    package var suite: SuiteReference
    /// `Suite.contentHash`: the scales, evaluation and rule behind the suite's name and version.
    package var suiteHash: String
    /// The question that the suite asks.
    package var question: String
    /// What scales count.
    package var axis: ScaleAxis
    /// The entropy of the validation data in nats per token, below which no loss can fall; nil where it is not known.
    package var knownFloor: Double?
    /// The candidate with its runs.
    package var candidate: CandidateRuns
    /// When the record was first written: UTC, ISO 8601.
    package var firstWritten: String
    /// The candidate's index in the compare that wrote the record; the reference has 0.
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

    /// The hash of what records must have in common to be ranked together, as 64 hexadecimal digits.
    package var board: String {
        ContentHash.sha256(
            .array([
                .string(suite.name), .integer(suite.version), .string(suite.dataHash), .string(suiteHash),
                .string(axis.rawValue),
            ]))
    }

    /// The hash of everything but floor, date and position, as 64 hexadecimal digits. Records of equal hash are the
    /// same one.
    package var identity: String {
        var content = self
        content.knownFloor = nil
        content.firstWritten = ""
        content.position = 0
        // Encoding a struct of finite numbers and strings cannot fail.
        return ContentHash.sha256(try! JSONValue(encoding: content))
    }

    /// What keeps a record that was read from being used; nil where nothing does.
    package var defect: String? {
        guard schemaVersion == 1 else { return "layout \(schemaVersion); this program knows 1" }
        guard candidate.places.count >= 3, candidate.places.allSatisfy({ $0.flops > 0 && $0.tokens > 0 }) else {
            return "a ladder has two rungs and a target"
        }
        if let family = candidate.family, !family.fits(candidate.places) {
            return "a member of a family has values and runs for every place"
        }
        return nil
    }
}
