// The records of which runs belong to which candidate and suite. There is one small file per candidate, named by
// content. It is written once, never changed, and safe to write from several processes.
//
//   <root>/entries/<suite>-v<version>-<board>/<candidate>-<identity>.json      (CandidateRecord)

import Foundation
package import ScalebenchCore

extension RunStore {
    private var recordsFolder: String { "\(root)/entries" }

    /// Keeps `record`; nothing happens where it is already kept, or where the store cannot be written (reading a
    /// finished comparison needs no permission to write).
    package func add(_ record: CandidateRecord) throws {
        let folder =
            "\(recordsFolder)/\(Self.slug(record.suite.name))-v\(record.suite.version)-\(record.board.prefix(8))"
        let file = "\(folder)/\(Self.slug(record.candidate.name))-\(record.identity.prefix(8)).json"
        guard !FileManager.default.fileExists(atPath: file), access(root, W_OK | X_OK) == 0 else { return }
        try AtomicFile.makeFolder(folder)
        AtomicFile.removeAbandoned(in: folder)
        try AtomicFile.write(try LineChecksum.document(record), to: file)
    }

    /// Every record, in the order of file names, and an error for each file that is not a record.
    package func candidateRecords() -> (records: [CandidateRecord], errors: [ScalebenchError]) {
        var records: [CandidateRecord] = [], errors: [ScalebenchError] = []
        for file in candidateRecordFiles() {
            do {
                records.append(try Self.open(file))
            } catch {
                errors.append(error)
            }
        }
        return (records, errors)
    }

    /// The files of all records, in the order of names.
    func candidateRecordFiles() -> [String] {
        Self.files(recordsFolder).flatMap(Self.files).filter { $0.hasSuffix(".json") }
    }

    static func open(_ file: String) throws(ScalebenchError) -> CandidateRecord {
        let broken = { (cause: String) in
            ScalebenchError(
                .damagedData, "not the record of a candidate", at: file,
                hint: "remove the file; the next compare writes it again", cause: cause)
        }
        let record: CandidateRecord, isRight: Bool
        do {
            let data = try InputFile.read(file)
            record = try JSONInput.decode(CandidateRecord.self, from: data)
            isRight = LineChecksum.isRight(document: data)
        } catch {
            throw broken(JSONInput.reason(error))
        }
        guard isRight else { throw broken(LineChecksum.isWrong) }
        if let defect = record.defect { throw broken(defect) }
        return record
    }

    /// Full paths of what lies in a folder, sorted; nothing where there is no folder.
    static func files(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { "\(folder)/\($0)" }
    }

    /// A short file name for any text: lower-case letters, digits and dashes, so that no name leads out of its folder.
    /// It is not unique; callers add what makes it so.
    package static func slug(_ text: String) -> String {
        let kept = text.lowercased().unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "0"..."9": Character(scalar)
            default: "-"
            }
        }
        return String(kept.prefix(40))
    }
}
