// What `scalebench compare` says where it ends before its runs do.

import Benchmarking
import Foundation
import Reporting
import ScalebenchCore

enum PendingText {
    private struct Document: Encodable {
        var schemaVersion = 1
        var runs: [PendingRuns.Run]
    }

    /// - Parameter json: where the JSON goes that the command was asked for; nil where it was not.
    static func report(_ interrupted: ComparisonInterrupted, json: String?) throws {
        guard let finished = interrupted.finished else {
            return LiveLine.print("Stopped while the data set was made; the same command starts that again.")
        }
        let done = "\(finished.runs) of \(finished.planned) runs are finished"
        guard let pending = interrupted.pending else {
            return LiveLine.print("Stopped. \(done); the same command goes on.")
        }
        let count = Quantity.count(pending.runs.count, "run")
        if pending.areSubmitted {
            LiveLine.print(
                "\(done). The jobs of \(count) go on without this command: the same command follows them, "
                    + "`scalebench runs list --watch` shows them, `scalebench runs stop` ends them.")
        } else {
            try write(pending, json: json)
            LiveLine.print(
                "\(done). \(count) can be started in this order with `scalebench run FOLDER`; "
                    + "then give the same command again.")
        }
    }

    /// Writes the folders of prepared runs, one per line, or everything about them as JSON.
    private static func write(_ pending: PendingRuns, json: String?) throws {
        let document = try JSONDocument.pretty(Document(runs: pending.runs))
        switch json {
        case nil: try StandardOutput.write(Data(pending.runs.map { $0.folder + "\n" }.joined().utf8))
        case "-": try StandardOutput.write(document)
        case let file?: try AtomicFile.write(document, to: file)
        }
    }
}
