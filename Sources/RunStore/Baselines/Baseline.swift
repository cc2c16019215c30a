// A baseline: one candidate of a suite with the results of all its runs, small enough to be kept in a repository.
//
//   <root>/<suite>/<candidate>/candidate.json      this document
//   <root>/<suite>/<candidate>/runs.jsonl.zst      its runs with their events, one per line (BaselineRun)
//
// The document is a pure function of the runs, so that writing a baseline twice changes nothing.

import Foundation
package import ScalebenchCore

/// One candidate, or one family of candidates, with what was recorded of its runs.
package struct Baseline: Codable, Sendable, Equatable {
    /// The number of this document's layout.
    package var schemaVersion = 1
    /// The suite, the data and the runs that a leaderboard shows. A family's are those of its best members.
    package var record: CandidateRecord
    /// When the last run was started: UTC, ISO 8601.
    package var date: String
    /// What the runs say of the machine, its libraries and the program: one entry where all agree.
    package var machines: [[String: String]]
    /// All runs, those of every member of a family included: smallest place first, then by candidate and seed.
    package var runs: [Run]
    /// The SHA-256 of the decompressed runs file.
    package var runsHash: String

    /// The result of one run.
    package struct Run: Codable, Sendable, Equatable {
        package var id: RunID
        /// The candidate's name; for a member of a family, the member's.
        package var candidate: String
        /// The name of the place on the ladder, such as `width 64`.
        package var place: String
        package var seed: Int
        /// The final loss; null for a run that diverged.
        @OrNull package var natsPerToken: Double?
        /// Seconds of training without evaluation.
        package var seconds: Double
    }

    /// The name of the candidate or family.
    package var name: String { record.candidate.name }
}

/// A finished run that is to become part of a baseline.
package struct FinishedRun: Sendable {
    package var candidate: String
    package var place: String
    package var spec: RunSpec
    package var record: RunRecord

    package init(candidate: String, place: String, spec: RunSpec, record: RunRecord) {
        self.candidate = candidate
        self.place = place
        self.spec = spec
        self.record = record
    }
}

extension Baseline {
    /// A baseline of finished runs, smallest place first.
    package init(_ record: CandidateRecord, _ runs: [FinishedRun]) throws {
        self.record = record
        self.runs = runs.map { Run($0) }
        date = runs.compactMap(\.record.start?.time).max() ?? record.firstWritten
        // Facts are sorted as text, so that equal runs give equal documents.
        let facts = Set(runs.compactMap(\.record.start?.facts))
        machines = facts.sorted { Self.words($0).lexicographicallyPrecedes(Self.words($1)) }
        runsHash = ContentHash.sha256(try Self.text(runs))
    }

    private static func words(_ facts: [String: String]) -> [String] {
        facts.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }

    /// The content of the runs file.
    static func text(_ runs: [FinishedRun]) throws -> Data {
        try runs.reduce(into: Data()) { $0 += try JSONDocument.line(BaselineRun($1.spec, $1.record)) }
    }
}

extension Baseline.Run {
    fileprivate init(_ run: FinishedRun) {
        id = run.spec.runID
        candidate = run.candidate
        place = run.place
        seed = run.spec.seed
        natsPerToken = run.record.finalEvaluation?.natsPerToken
        // Milliseconds are more than anybody asks for.
        seconds = ((run.record.end?.seconds ?? 0) * 1000).rounded() / 1000
    }
}

extension Baseline {
    /// The document as JSON, with a line for each run.
    var document: Data {
        get throws {
            var header = self
            header.runs = []
            let lines = try runs.map { String(decoding: try JSONDocument.line($0).dropLast(), as: UTF8.self) }
            let text = String(decoding: try JSONDocument.line(header), as: UTF8.self)
            // Only the list of this document stands before its hash.
            let list = "\n\"runs\":[\n\(lines.joined(separator: ",\n"))],\n\"runsHash\""
            return Data(text.replacing("\"runs\":[],\"runsHash\"", with: list).utf8)
        }
    }
}
