// Finds baselines on disk and looks runs up in them. Nothing here changes a file.

import Foundation
package import ScalebenchCore
import Synchronization
import TokenData

/// Baselines by the runs that they hold. A runs file is read when the first of its runs is asked for.
package final class BaselineStore: Sendable {
    /// A baseline and the folder that it lies in.
    package struct Entry: Sendable {
        package var folder: String
        package var baseline: Baseline
    }

    /// Ordered by folder; of two that hold the same run, the first counts.
    package let entries: [Entry]
    private let holders: [RunID: Int]
    private let opened = Mutex<[Int: [RunID: RunRecord]]>([:])

    package init(_ entries: [Entry]) {
        self.entries = entries
        holders = entries.enumerated().reduce(into: [:]) { holders, entry in
            for run in entry.element.baseline.runs where holders[run.id] == nil { holders[run.id] = entry.offset }
        }
    }

    /// The baseline that holds a run; nil where none does.
    package func baseline(of id: RunID) -> Baseline? { holders[id].map { entries[$0].baseline } }

    /// The record of a run; nil where no baseline holds it.
    /// - Throws: `damagedData` for a runs file that is not what was recorded.
    package func record(_ id: RunID) throws -> RunRecord? {
        guard let holder = holders[id] else { return nil }
        if let records = opened.withLock({ $0[holder] }) { return records[id] }
        var records: [RunID: RunRecord] = [:]
        for run in try entries[holder].runs() { records[run.spec.runID] = run.record }
        opened.withLock { $0[holder] = records }
        return records[id]
    }
}

// MARK: - Files

extension BaselineStore {
    /// The environment variable that names folders of baselines.
    static let environmentKey = "SCALEBENCH_BASELINES"
    static let documentName = "candidate.json"
    static let runsName = "runs.jsonl.zst"
    /// What is in the name of a folder that is being written.
    static let temporaryMark = ".tmp-"
    /// The most bytes that a decompressed runs file may have.
    static let largestRunsFile = 100_000_000

    /// The folders that are searched for baselines, whether they exist or not.
    package static var standardRoots: [String] {
        FolderSearch.roots(of: "baselines", environmentKey: environmentKey) { root in
            RunStore.files(root).contains { FolderSearch.holds(documentName, inFoldersOf: $0) }
        }
    }

    /// The folder that new baselines are written to: the first that is searched, but never the one beside the program,
    /// which is the last.
    package static var standardTarget: String { standardRoots.dropLast().first ?? "baselines" }

    /// The baselines in these folders that can be read, and an error for each that cannot.
    /// - Parameter suite: the name of the suite whose baselines are wanted; nil for all.
    package static func survey(
        _ roots: [String] = standardRoots, suite: String? = nil
    ) -> (store: BaselineStore, errors: [ScalebenchError]) {
        var entries: [Entry] = [], errors: [ScalebenchError] = []
        for root in roots {
            let suites = suite.map { ["\(root)/\(safeName($0))"] } ?? RunStore.files(root)
            for folder in suites.flatMap(RunStore.files)
            where !folder.contains(temporaryMark)
                && FileManager.default.fileExists(atPath: "\(folder)/\(documentName)")
            {
                do {
                    entries.append(Entry(folder: folder, baseline: try open("\(folder)/\(documentName)")))
                } catch {
                    errors.append(error)
                }
            }
        }
        return (BaselineStore(entries), errors)
    }

    /// The baselines of a suite.
    /// - Throws: `damagedData` where one of them cannot be read.
    package static func open(suite: String, _ roots: [String] = standardRoots) throws -> BaselineStore {
        let (store, errors) = survey(roots, suite: suite)
        if let error = errors.first { throw error }
        return store
    }

    static func open(_ file: String) throws(ScalebenchError) -> Baseline {
        let baseline: Baseline
        do {
            baseline = try JSONInput.decode(Baseline.self, from: try InputFile.read(file))
        } catch {
            throw damaged(file, JSONInput.reason(error))
        }
        guard baseline.schemaVersion == 1 else {
            throw damaged(file, "layout \(baseline.schemaVersion); this program knows 1")
        }
        if let defect = baseline.record.defect { throw damaged(file, defect) }
        guard !baseline.runs.isEmpty else { throw damaged(file, "it has no runs") }
        return baseline
    }

    static func damaged(_ file: String, _ cause: String) -> ScalebenchError {
        ScalebenchError(
            .damagedData, "not a baseline as it was recorded", at: file,
            hint: "restore the file, or remove its folder and record it again with `scalebench baselines update`; "
                + "`compare --no-baselines` goes on without it", cause: cause)
    }

    /// A name as a folder, different for different names: the name itself where it is plain.
    package static func safeName(_ name: String) -> String {
        let slug = RunStore.slug(name)
        return slug == name && !slug.isEmpty ? slug : "\(slug)-\(ContentHash.sha256(.string(name)).prefix(6))"
    }
}

extension BaselineStore.Entry {
    /// Bytes on disk.
    package var size: Int {
        RunStore.files(folder).reduce(0) { sum, file in
            sum + ((try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int ?? 0)
        }
    }

    /// All runs with their records.
    /// - Throws: `damagedData` for a runs file that is not what was recorded.
    package func runs() throws -> [FinishedRun] {
        let file = "\(folder)/\(BaselineStore.runsName)"
        do {
            let text = try ByteSource.readAll(file, limit: BaselineStore.largestRunsFile)
            guard ContentHash.sha256(text) == baseline.runsHash else {
                throw BaselineRun.Defect("the content is not the one that candidate.json names")
            }
            let lines = try text.split(separator: UInt8(ascii: "\n")).map {
                try JSONInput.decode(BaselineRun.self, from: $0)
            }
            let byID = Dictionary(lines.map { ($0.spec.runID, $0) }) { first, _ in first }
            return try baseline.runs.map { run in
                guard let line = byID[run.id] else { throw BaselineRun.Defect("run \(run.id) is missing") }
                return FinishedRun(
                    candidate: run.candidate, place: run.place, spec: line.spec, record: try line.record())
            }
        } catch {
            throw BaselineStore.damaged(file, JSONInput.reason(error))
        }
    }
}
