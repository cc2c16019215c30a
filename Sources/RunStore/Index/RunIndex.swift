// Summaries of runs by way of the index.

import Foundation
import ScalebenchCore

/// Remembers what the files of finished runs say.
struct RunIndex {
    let index: StoreIndex

    init?(_ store: RunStore) {
        guard let index = StoreIndex(root: store.root) else { return nil }
        self.index = index
    }

    /// What the files of one finished run say.
    struct Row {
        var key: RunKey
        var stamp: FileStamp
        var status: RunSummary.Status
        var seed: Int
        var parameters, tokens, flops, seconds, loss: Double?
        var date: String?

        /// The cells of the row; nil for a run that is not finished.
        fileprivate var cells: [StoreIndex.Value]? {
            statuses.firstIndex(of: status).map { status in
                [
                    .integer(key.number), .integer(stamp.size), .integer(stamp.time), .integer(status), .integer(seed),
                    .init(parameters), .init(tokens), .init(flops), .init(seconds), .init(loss), .init(date),
                ]
            }
        }
    }

    /// What a finished run can be, by the number that the index has for it.
    private static let statuses: [RunSummary.Status] = [.completed, .diverged]

    /// Every row that is what was written, in the order of names.
    func rows() -> [Row] {
        var rows: [Row] = []
        let query = """
            SELECT id, size, time, status, seed, parameters, tokens, flops, seconds, loss, date, checksum FROM runs ORDER BY id
            """
        let isWhole = index.rows(query) { row in
            let status = row.integer(3)
            guard Self.statuses.indices.contains(status) else { return }
            let found = Row(
                key: RunKey(number: row.integer(0)), stamp: FileStamp(size: row.integer(1), time: row.integer(2)),
                status: Self.statuses[status], seed: row.integer(4), parameters: row.number(5),
                tokens: row.number(6), flops: row.number(7), seconds: row.number(8), loss: row.number(9),
                date: row.text(10))
            if let cells = found.cells, RowChecksum(cells).number == row.integer(11) { rows.append(found) }
        }
        return isWhole ? rows : []
    }

    /// Adds rows and removes those of runs that are gone.
    func update(_ new: [Row], removing gone: [RunKey]) {
        guard !new.isEmpty || !gone.isEmpty else { return }
        let values = new.compactMap { row in row.cells.map { $0 + [.integer(RowChecksum($0).number)] } }
        index.change { insert in
            insert("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
                && insert("DELETE FROM runs WHERE id = ?", gone.map { [.integer($0.number)] })
        }
    }
}
