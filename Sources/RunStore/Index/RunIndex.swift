// Summaries of runs and their uses by way of the index.

import Foundation
import ScalebenchCore

/// Remembers what the files of finished runs say.
struct RunIndex {
    private let index: StoreIndex

    init?(_ store: RunStore) {
        guard let index = StoreIndex(root: store.root) else { return nil }
        self.index = index
    }

    /// What the files of one finished run say.
    struct Row {
        var stamp: FileStamp
        var status: RunSummary.Status
        var seed: Int
        var parameters, tokens, flops, seconds, loss: Double?
        var date: String?
    }

    /// Every row, by the name of its run.
    func rows() -> [String: Row] {
        var rows: [String: Row] = [:]
        let query = "SELECT id, size, time, status, seed, parameters, tokens, flops, seconds, loss, date FROM runs"
        let isWhole = index.rows(query) { row in
            guard let id = row.text(0), let status = row.text(3).flatMap(RunSummary.Status.init(rawValue:)) else {
                return
            }
            rows[id] = Row(
                stamp: FileStamp(size: row.integer(1), time: row.integer(2)), status: status, seed: row.integer(4),
                parameters: row.number(5), tokens: row.number(6), flops: row.number(7), seconds: row.number(8),
                loss: row.number(9), date: row.text(10))
        }
        return isWhole ? rows : [:]
    }

    /// Adds rows and removes those of runs that are gone.
    func update(_ new: [String: Row], removing gone: [String]) {
        guard !new.isEmpty || !gone.isEmpty else { return }
        let values = new.map { id, row -> [StoreIndex.Value] in
            [
                .text(id), .integer(row.stamp.size), .integer(row.stamp.time), .text(row.status.rawValue),
                .integer(row.seed), .init(row.parameters), .init(row.tokens), .init(row.flops), .init(row.seconds),
                .init(row.loss), .init(row.date),
            ]
        }
        index.change { insert in
            insert("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
                && insert("DELETE FROM runs WHERE id = ?", gone.map { [.text($0)] })
        }
    }

    // MARK: - Uses

    /// The uses of every run; nil where they were not kept for records of this stamp.
    func uses(stamp: String) -> [RunID: [RunUse]]? {
        var kept: String?
        index.rows("SELECT stamp FROM usesStamp") { kept = $0.text(0) }
        guard kept == stamp else { return nil }
        var uses: [RunID: [RunUse]] = [:]
        let isWhole = index.rows("SELECT run, candidate, family, suite, version, place FROM uses ORDER BY rowid") {
            row in
            guard let run = row.text(0), let candidate = row.text(1), let suite = row.text(3),
                let version = row.text(4),
                let place = row.text(5)
            else { return }
            uses[RunID(rawValue: run), default: []].append(
                RunUse(
                    candidate: candidate, family: row.text(2), suite: suite, suiteVersion: version, place: place))
        }
        return isWhole ? uses : nil
    }

    func keep(_ uses: [RunID: [RunUse]], stamp: String) {
        let rows = uses.flatMap { run, uses -> [[StoreIndex.Value]] in
            uses.map {
                [
                    .text(run.rawValue), .text($0.candidate), .init($0.family), .text($0.suite), .text($0.suiteVersion),
                    .text($0.place),
                ]
            }
        }
        index.change { insert in
            insert("DELETE FROM uses", [[]]) && insert("INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?)", rows)
                && insert("DELETE FROM usesStamp", [[]])
                && insert("INSERT INTO usesStamp VALUES (?)", [[.text(stamp)]])
        }
    }
}
