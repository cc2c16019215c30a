// Runs that were trained elsewhere, one file each. They are kept apart from trained runs, so that no search for a run
// to train or to judge finds them.
//
//   <root>/imports/<id>.json      (ImportedRun)

import Foundation
package import ScalebenchCore

extension RunStore {
    /// The outcome of an import.
    package enum ImportOutcome: Sendable {
        case added, unchanged, relabelled
        /// The run is there with a shorter curve, which it replaces: its log has grown.
        case continued
    }

    /// Keeps imported runs. A run's name fixes its curve; for a run that is already there, the new labels replace the old
    /// ones.
    package func add(_ runs: [ImportedRun]) throws -> [ImportOutcome] {
        let present = imports().runs
        return try runs.map { run in
            let outcome = try add(run)
            guard outcome == .added, let shorter = present.first(where: { run.continues($0) }) else { return outcome }
            try FileManager.default.removeItem(atPath: importFile(shorter.id))
            return .continued
        }
    }

    private func add(_ run: ImportedRun) throws -> ImportOutcome {
        let file = importFile(run.id)
        var run = run
        var outcome = ImportOutcome.added
        if FileManager.default.fileExists(atPath: file), let present = try? Self.openImport(file) {
            run.imported = present.imported
            if run == present { return .unchanged }
            outcome = .relabelled
        }
        try AtomicFile.makeFolder("\(root)/imports")
        try AtomicFile.write(try LineChecksum.document(run), to: file)
        return outcome
    }

    /// The file of an imported run, whether or not it exists.
    package func importFile(_ id: RunID) -> String { "\(root)/imports/\(id).json" }

    /// Every imported run, in the order of names, and an error for each file that is not an imported run.
    package func imports() -> (runs: [ImportedRun], errors: [ScalebenchError]) {
        var runs: [ImportedRun] = [], errors: [ScalebenchError] = []
        for file in Self.files("\(root)/imports") where file.hasSuffix(".json") {
            do {
                runs.append(try Self.openImport(file))
            } catch {
                errors.append(error)
            }
        }
        return (runs, errors)
    }

    private static func openImport(_ file: String) throws(ScalebenchError) -> ImportedRun {
        let broken = { (cause: String) in
            ScalebenchError(
                .damagedData, "not an imported run", at: file, hint: "remove the file and import its source again",
                cause: cause)
        }
        let run: ImportedRun, isRight: Bool
        do {
            let data = try InputFile.read(file)
            run = try JSONInput.decode(ImportedRun.self, from: data)
            isRight = LineChecksum.isRight(document: data)
        } catch {
            throw broken(JSONInput.reason(error))
        }
        guard isRight else { throw broken(LineChecksum.isWrong) }
        guard run.schemaVersion == 1 else { throw broken("layout \(run.schemaVersion); this program knows 1") }
        guard run.source.runID == run.id, file.hasSuffix("/\(run.id).json") else {
            throw broken("its name is not that of its source")
        }
        return run
    }
}

extension ImportedRun {
    /// Whether this is `other` after further training: the same run of the same log, with points behind those of the other.
    fileprivate func continues(_ other: ImportedRun) -> Bool {
        let isSame =
            source.file == other.source.file && source.format == other.source.format && source.run == other.source.run
            && source.metric == other.source.metric && labels.candidate == other.labels.candidate
            && labels.seed == other.labels.seed && labels.parameters == other.labels.parameters
        let old = other.curve.points
        guard isSame, old.count < curve.points.count else { return false }
        return zip(old, curve.points).allSatisfy { $0.step == $1.step && $0.loss == $1.loss }
    }
}
