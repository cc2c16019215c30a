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

    /// Every record, in the order of file names, and an error for each file that is not a record, or whose ladder is not
    /// that of its board.
    package func candidateRecords() -> (records: [CandidateRecord], errors: [ScalebenchError]) {
        var found: [(file: String, record: CandidateRecord)] = [], errors: [ScalebenchError] = []
        for file in candidateRecordFiles() {
            do {
                found.append((file, try Self.open(file)))
            } catch {
                errors.append(error)
            }
        }
        let strangers = Self.strangers(found.map(\.record))
        for (index, places) in strangers.sorted(by: { $0.key < $1.key }) {
            let own = found[index].record.candidate.places.count
            errors.append(
                Self.broken(
                    found[index].file, "its ladder has \(own) places, that of its board's other candidates \(places)"))
        }
        return (found.indices.filter { strangers[$0] == nil }.map { found[$0].record }, errors)
    }

    /// The records whose ladder has more or fewer places, rungs and target, than most of their board, with the number that
    /// it should have. They were changed by hand: the hash of the suite is part of the board.
    private static func strangers(_ records: [CandidateRecord]) -> [Int: Int] {
        func places(_ index: Int) -> Int { records[index].candidate.places.count }
        var strangers: [Int: Int] = [:]
        // Boards are hashes, which take time; hardly any suite has records of different lengths.
        let suites = Dictionary(grouping: records.indices) { records[$0].suite.name }.values
        for suite in suites where suite.contains(where: { places($0) != places(suite[0]) }) {
            for board in Dictionary(grouping: suite, by: { records[$0].board }).values {
                let counts = Dictionary(grouping: board, by: places).mapValues(\.count)
                let usual = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }!.key
                for index in board where places(index) != usual { strangers[index] = usual }
            }
        }
        return strangers
    }

    /// The files of all records, in the order of names.
    func candidateRecordFiles() -> [String] {
        Self.files(recordsFolder).flatMap(Self.files).filter { $0.hasSuffix(".json") }
    }

    static func open(_ file: String) throws(ScalebenchError) -> CandidateRecord {
        let record: CandidateRecord, isRight: Bool
        do {
            let data = try InputFile.read(file)
            record = try JSONInput.decode(CandidateRecord.self, from: data)
            isRight = LineChecksum.isRight(document: data)
        } catch {
            throw broken(file, JSONInput.reason(error))
        }
        guard isRight else { throw broken(file, LineChecksum.isWrong) }
        if let defect = record.defect { throw broken(file, defect) }
        return record
    }

    private static func broken(_ file: String, _ cause: String) -> ScalebenchError {
        ScalebenchError(
            .damagedData, "not the record of a candidate", at: file,
            hint: "remove the file; the next compare writes it again", cause: cause)
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
