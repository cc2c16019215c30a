// The history of a store: `<root>/history.jsonl`, one comparison per line in the order of time. Lines are appended and
// never changed.

import Foundation
package import ScalebenchCore

extension RunStore {
    private var historyFile: String { "\(root)/history.jsonl" }
    /// A repeated record is looked for among the last lines of the file alone.
    private static let bytesLookedThrough = 1 << 20

    /// Appends a record. A comparison that is asked again and says the same adds none: it is no news.
    /// - Returns: whether it was appended; false also where the store cannot be written.
    @discardableResult package func append(_ record: HistoryRecord) throws -> Bool {
        guard access(root, W_OK | X_OK) == 0 else { return false }
        let log = try LineLog(
            historyFile, content: "the history", hint: "the same command adds this comparison to it", locks: true)
        let known = try log.lastLines(Self.bytesLookedThrough).reversed().compactMap { Self.decoded($0) }
        let sameQuestion = known.first {
            $0.board == record.board && $0.candidates == record.candidates && $0.night?.job == record.night?.job
        }
        if let sameQuestion, sameQuestion.result == record.result, sameQuestion.night?.date == record.night?.date {
            return false
        }
        try log.append(try LineChecksum.document(record))
        try log.synchronize()
        return true
    }

    /// Every record in the order of time, and an error for each line that is none. A torn last line is not an error: the
    /// next writer cuts it off.
    package func history() -> (records: [HistoryRecord], errors: [ScalebenchError]) {
        guard FileManager.default.fileExists(atPath: historyFile) else { return ([], []) }
        var records: [HistoryRecord] = [], errors: [ScalebenchError] = []
        do {
            let data = try InputFile.read(historyFile)
            let end = data.last == UInt8(ascii: "\n")
            let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where !line.isEmpty && (end || index < lines.count - 1) {
                if let record = Self.decoded(line) {
                    records.append(record)
                } else {
                    errors.append(
                        ScalebenchError(
                            .damagedData, "not the record of a comparison", at: "\(historyFile):\(index + 1)",
                            hint: "remove the line",
                            cause: LineChecksum.isRight(document: line) ? nil : LineChecksum.isWrong))
                }
            }
        } catch let error as ScalebenchError {
            errors.append(error)
        } catch {
            errors.append(ScalebenchError(.inputOutput, "cannot be read", at: historyFile, cause: "\(error)"))
        }
        // Clocks differ between machines; a stable sort keeps the order of writing where they say the same.
        return (
            records.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element),
            errors
        )
    }

    private static func decoded(_ line: Data) -> HistoryRecord? {
        guard let record = try? JSONInput.decode(HistoryRecord.self, from: line), record.schemaVersion == 1,
            !record.candidates.isEmpty, LineChecksum.isRight(document: line)
        else { return nil }
        return record
    }
}
