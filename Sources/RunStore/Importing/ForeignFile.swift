// Files that hold runs and that scalebench does not read: each is known by its first bytes, and the error is the command
// that turns it into a file which is read.

import Foundation
import ScalebenchCore

/// Refuses files of other programs, with what to do instead.
enum ForeignFile {
    private struct Kind {
        /// What the file is, as the error calls it.
        let name: String
        /// The bytes that it begins with.
        let start: [UInt8]
        /// The command that converts the file.
        let command: @Sendable (_ file: String) -> String
        /// Whether such a file among others is surely one of runs.
        var isLog = false
    }

    private static let kinds: [Kind] = [
        Kind(
            name: "an offline run of Weights & Biases", start: Array(":W&B".utf8), command: exportOfOfflineRun,
            isLog: true),
        Kind(name: "a Parquet file", start: Array("PAR1".utf8)) { pandas("read_parquet", $0) },
        Kind(name: "an Arrow file", start: Array("ARROW1".utf8)) { pandas("read_feather", $0) },
        Kind(name: "an Excel workbook, or another archive of files", start: [0x50, 0x4B, 3, 4]) {
            $0.hasSuffix(".xlsx")
                ? pandas("read_excel", $0)
                : "extract it (unzip \(quoted($0))), then import the folder"
        },
        Kind(name: "a Python pickle", start: [0x80, 4, 0x95]) { pandas("read_pickle", $0) },
        Kind(name: "an HDF5 file", start: [0x89, 0x48, 0x44, 0x46]) { pandas("read_hdf", $0) },
    ]

    /// - Throws: `invalidInput` for a file that begins as one of another program; `NoLog` where it need not be a log.
    static func refuse(_ head: Data, file: String) throws {
        guard let kind = kinds.first(where: { head.starts(with: $0.start) }) else { return }
        let error = ScalebenchError(
            .invalidInput, "this is \(kind.name)", at: file, hint: "convert it: \(kind.command(file))")
        if kind.isLog { throw error }
        throw TrainingLog.NoLog(error: error)
    }

    private static func pandas(_ reader: String, _ file: String) -> String {
        let target = (file as NSString).deletingPathExtension + ".csv"
        return "python3 -c 'import sys, pandas; pandas.\(reader)(sys.argv[1]).to_csv(sys.argv[2], index=False)' "
            + "\(quoted(file)) \(quoted(target))"
    }

    /// Uploads the run to a project of this name and writes its settings and its whole history as JSON lines. The name
    /// of the file ends in the run's id.
    private static func exportOfOfflineRun(_ file: String) -> String {
        let name = (file.lastComponent as NSString).deletingPathExtension
        let id = name.hasPrefix("run-") ? String(name.dropFirst(4)) : name
        return "wandb sync -p scalebench \(quoted(file.folder)) && python3 -c 'import json, sys, wandb; "
            + "r = wandb.Api().run(sys.argv[1]); [print(json.dumps(x)) for x in [dict(r.config), *r.scan_history()]]' "
            + "scalebench/\(quoted(id)) > \(quoted("\(id).jsonl"))"
    }

    /// A word as a shell reads it back.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "/._-+=:,@".unicodeScalars.contains($0))
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
