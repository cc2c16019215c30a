// Runs that were trained elsewhere, one file each. They are kept apart from trained runs, so that no search for a run
// to train or to judge finds them.
//
//   <root>/imports/<id>.json      (ImportedRun)

import Foundation
package import ScalebenchCore

extension RunStore {
    /// The outcome of an import.
    package enum ImportOutcome: Sendable { case added, unchanged, relabelled }

    /// Keeps an imported run. Its name fixes the curve; for a run that is already there, the new labels replace the old
    /// ones.
    package func add(_ run: ImportedRun) throws -> ImportOutcome {
        let file = importFile(run.id)
        var run = run
        var outcome = ImportOutcome.added
        if FileManager.default.fileExists(atPath: file), let present = try? Self.openImport(file) {
            run.imported = present.imported
            if run == present { return .unchanged }
            outcome = .relabelled
        }
        try AtomicFile.makeFolder("\(root)/imports")
        try AtomicFile.write(try JSONDocument.line(run), to: file)
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
        let run: ImportedRun
        do {
            run = try JSONInput.decode(ImportedRun.self, from: try InputFile.read(file))
        } catch {
            throw broken("\(error)")
        }
        guard run.schemaVersion == 1 else { throw broken("layout \(run.schemaVersion); this program knows 1") }
        guard run.source.runID == run.id, file.hasSuffix("/\(run.id).json") else {
            throw broken("its name is not that of its source")
        }
        return run
    }
}
