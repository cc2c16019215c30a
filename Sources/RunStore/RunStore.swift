// The store of runs: folders named by content. The event files are the truth; results and leaderboards are computed
// from them. Layout:
//
//   <root>/store.json                    the layout's version
//   <root>/runs/<runID>/job.json         what was ordered
//   <root>/runs/<runID>/events.jsonl     what happened
//   <root>/runs/<runID>/…                lock, checkpoints, weights (RunFolder)
//   <root>/entries/…                     which runs belong to which candidate and suite (RunStore+Entries)
//   <root>/imports/…                     runs that were trained elsewhere (RunStore+Imports)
//   <root>/history.jsonl                 every comparison, in the order of time (RunStore+History)
//   <root>/index.sqlite                  what lists and leaderboards show; it may be removed at any time (StoreIndex)
//   <root>/nights/<job>.lock             held while a night of the job is under way (NightLock)
//   <root>/launches/…                    lists, scripts and launcher files of jobs that a scheduler was given

import Foundation
package import ScalebenchCore

/// Runs on disk, found by the identity of their spec. Safe to use from several processes at once: the store itself
/// writes only whole files, and training is guarded by a lock per run.
package struct RunStore: Sendable {
    package let root: String
    /// Runs that are not trained again; nil where they are not used.
    package var baselines: BaselineStore?

    /// It is raised when older programs can no longer read the layout.
    package static let layoutVersion = 1
    package static let defaultRoot = ".scalebench"

    private struct Marker: Codable {
        var layoutVersion: Int
    }

    /// Opens the store at `root`, creating it if need be.
    /// - Throws: `inputOutput` when it cannot be created, `invalidInput` when a newer program wrote it.
    package init(root: String) throws {
        self.root = root
        let marker = "\(root)/store.json"
        try AtomicFile.makeFolder("\(root)/runs")
        if FileManager.default.fileExists(atPath: marker) {
            let found: Marker
            do {
                found = try JSONInput.decode(Marker.self, from: try InputFile.read(marker))
            } catch  where !(error is ScalebenchError) {
                throw ScalebenchError(
                    .damagedData, "not a store's marker", at: marker,
                    hint: "choose another folder with --store", cause: JSONInput.reason(error))
            }
            guard found.layoutVersion >= 1 else {
                throw ScalebenchError(
                    .damagedData, "layout \(found.layoutVersion) has never existed", at: marker,
                    hint: "restore the file, or choose another folder with --store")
            }
            guard found.layoutVersion <= Self.layoutVersion else {
                throw ScalebenchError(
                    .invalidInput,
                    "this store has layout \(found.layoutVersion), this program knows layouts up to "
                        + "\(Self.layoutVersion)", at: marker,
                    hint: "use a newer scalebench, or another folder with --store")
            }
        } else {
            AtomicFile.removeAbandoned(in: root)
            try AtomicFile.write(try JSONDocument.line(Marker(layoutVersion: Self.layoutVersion)), to: marker)
        }
    }

    /// Opens the store at `root`, which must exist: commands that only read results make no folders.
    /// - Throws: `notFound` where there is no store, and the errors of `init`.
    package static func existing(root: String) throws -> RunStore {
        guard FileManager.default.fileExists(atPath: "\(root)/store.json") else {
            throw ScalebenchError(
                .notFound, "there is no store here", at: root,
                hint: "`scalebench compare` makes one; name another with --store")
        }
        return try RunStore(root: root)
    }

    /// Checks that runs can be added, as training needs; a finished comparison can be read from a read-only store.
    /// - Throws: `inputOutput` when runs cannot be added.
    package func requireWritable() throws {
        guard access("\(root)/runs", W_OK | X_OK) == 0 else {
            throw ScalebenchError(
                .inputOutput, "the store cannot be written", at: root,
                hint: "choose another folder with --store", cause: String(cString: strerror(errno)))
        }
    }

    /// The folder of a run, whether or not it exists.
    package func folder(of id: RunID) -> RunFolder {
        RunFolder("\(root)/runs/\(id)")
    }

    /// The folder of what schedulers were given.
    package var launches: String { "\(root)/launches" }

    /// The record of a run; nil if it was never started. A run that is not finished here is taken from the baselines
    /// where they have it.
    /// - Throws: `damagedData` for an event file that cannot be read or belongs to another run.
    package func record(_ id: RunID) throws -> RunRecord? {
        let own = try ownRecord(id)
        return own?.isFinished == true ? own : try baselines?.record(id) ?? own
    }

    /// The baseline that the record of a run is taken from; nil for a run of this store.
    package func baseline(of id: RunID) -> Baseline? {
        // Reading the run's events takes longer than this search.
        guard let baseline = baselines?.baseline(of: id) else { return nil }
        do {
            return try ownRecord(id)?.isFinished == true ? nil : baseline
        } catch {
            // The run's own events are damaged; no baseline stands in for them.
            return nil
        }
    }

    private func ownRecord(_ id: RunID) throws -> RunRecord? {
        let file = folder(of: id).events
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let record = try RunRecord(events: try InputFile.read(file), file: file)
        if let owner = record.start?.runID, owner != id {
            throw ScalebenchError(
                .damagedData, "these are the events of run \(owner), not of \(id)", at: file,
                hint: "remove this run's folder; it is trained again")
        }
        return record
    }

    /// The step of the checkpoint that a run has left for a longer one; nil where there is none.
    package func branchStep(from shorter: RunID, to longer: RunID) -> Int? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder(of: shorter).branch(to: longer))
        return names?.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.max()
    }

    /// Makes the run's folder ready for a trainer. Nothing changes where it already holds the same job.
    package func prepare(_ job: RunJob) throws {
        let folder = folder(of: job.runID)
        AtomicFile.removeAbandoned(in: folder.path)
        if let present = try? RunJob.open(folder), present == job { return }
        try job.write(to: folder)
    }

    /// - Parameter step: the run is to end after its first evaluation at or after this step; nil to let it go on.
    package func stopEarly(_ id: RunID, from step: Int?) throws {
        let file = folder(of: id).stopEarly
        if let step {
            try AtomicFile.write(Data("\(step)".utf8), to: file)
        } else if access(file, F_OK) == 0, unlink(file) != 0 {
            throw ScalebenchError(.inputOutput, "cannot be removed", at: file, cause: String(cString: strerror(errno)))
        }
    }

    /// Every prepared run, in the order of names.
    package func list() throws -> [RunID] { try runNames().filter(isPrepared).map(RunID.init(rawValue:)) }

    /// Names of files and folders among the runs that are not runs, because they hold no job.
    package func strays() throws -> [String] { try runNames().filter { !isPrepared($0) } }

    /// Temporary files of writers that were killed, wherever in the store they lie.
    package func abandonedFiles() -> [String] {
        let folders = [root] + ["imports", "reports", "nights", "launches"].map { "\(root)/\($0)" }
        return (folders + Self.files("\(root)/entries") + Self.files("\(root)/runs")).flatMap(AtomicFile.abandoned)
    }

    func isPrepared(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder(of: RunID(rawValue: name)).job)
    }

    func runNames() throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: "\(root)/runs").sortedByRun
        } catch {
            throw ScalebenchError(
                .inputOutput, "cannot be read", at: "\(root)/runs", cause: error.systemWords)
        }
    }
}
