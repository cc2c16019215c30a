// Writes baselines.

import Foundation
package import ScalebenchCore
import TokenData

extension BaselineStore {
    /// The outcome of writing a baseline.
    package enum WriteOutcome: Sendable { case added, replaced, unchanged }

    /// Writes the baseline of a candidate. Its folder appears, or is replaced, as a whole. Nothing changes where it holds
    /// the same runs already.
    package static func write(
        _ record: CandidateRecord, _ runs: [FinishedRun], to root: String
    ) throws -> (entry: Entry, outcome: WriteOutcome) {
        let baseline = try Baseline(record, runs)
        let parent = "\(root)/\(safeName(record.suite.name))"
        let entry = Entry(folder: "\(parent)/\(safeName(record.candidate.name))", baseline: baseline)
        let isThere = FileManager.default.fileExists(atPath: entry.folder)
        AtomicFile.removeAbandoned(in: parent)
        if isThere, isSame(entry) { return (entry, .unchanged) }
        let process = ProcessInfo.processInfo.processIdentifier
        let new = "\(parent)/new\(temporaryMark)\(process)", old = "\(parent)/old\(temporaryMark)\(process)"
        try AtomicFile.makeFolder(new)
        defer { for folder in [new, old] { try? FileManager.default.removeItem(atPath: folder) } }
        try AtomicFile.write(Compression.zstd(try Baseline.text(runs)), to: "\(new)/\(runsName)")
        try AtomicFile.write(try baseline.document, to: "\(new)/\(documentName)")
        if isThere { try AtomicFile.move(entry.folder, to: old) }
        do {
            try AtomicFile.move(new, to: entry.folder)
        } catch {
            if isThere { try? AtomicFile.move(old, to: entry.folder) }
            throw error
        }
        return (entry, isThere ? .replaced : .added)
    }

    /// Whether the folder holds this baseline, with runs that can be read.
    private static func isSame(_ entry: Entry) -> Bool {
        guard let present = try? open("\(entry.folder)/\(documentName)") else { return false }
        return present == entry.baseline && (try? entry.runs()) != nil
    }
}
