// A database of another program, read and never written. SQLite itself is used instead of a package around it: a few queries
// need no more, and Debian has it.

import CSQLite
import Foundation
import ScalebenchCore

/// A database that is open for reading.
final class SQLiteFile {
    private let path: String
    private var handle: OpaquePointer?

    /// The bytes that every such file begins with.
    static func begins(_ head: Data) -> Bool { head.starts(with: Data("SQLite format 3\u{0}".utf8)) }

    /// Steps of the engine that one query may take. A view may be written so that it never ends.
    private static let mostSteps: Int32 = 2_000_000_000, longestValue: Int32 = 10_000_000

    /// - Throws: `invalidInput` for a file that is no database, `inputOutput` for one that cannot be opened.
    init(_ path: String) throws {
        self.path = path
        // Only a regular file may be opened: SQLite would wait for the writer of a named pipe.
        let head = try InputFile.open(path).read(upToCount: 16) ?? Data()
        guard Self.begins(head) else {
            throw ScalebenchError(
                .invalidInput, "not a SQLite database", at: path,
                hint: path.hasSuffix(".gz") ? "a database is read where it lies: gunzip -k \(path)" : nil)
        }
        // A database that another program writes has its log beside it, which cannot be read in a folder that is not
        // writable; then the file is read as it lies there.
        for mode in ["mode=ro", "mode=ro&immutable=1"] {
            let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
            if sqlite3_open_v2("\(Self.uri(path))?\(mode)", &handle, flags, nil) == SQLITE_OK, isReadable { break }
            guard mode == "mode=ro" else { throw failure() }
            sqlite3_close(handle)
        }
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.longestValue)
        sqlite3_exec(handle, "PRAGMA trusted_schema=OFF", nil, nil, nil)
    }

    deinit { sqlite3_close(handle) }

    private static func uri(_ path: String) -> String {
        let absolute = URL(fileURLWithPath: path).path
        return "file://" + (absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? absolute)
    }

    private var isReadable: Bool {
        sqlite3_exec(handle, "SELECT count(*) FROM sqlite_master", nil, nil, nil) == SQLITE_OK
    }

    /// The names of its tables; views are none.
    func tables() throws -> Set<String> {
        var names: Set<String> = []
        try rows("SELECT name FROM sqlite_master WHERE type = 'table'") { row in
            if let name = row.text(0) { names.insert(name) }
        }
        return names
    }

    /// One row of an answer, valid while it is given.
    struct Row {
        fileprivate let statement: OpaquePointer

        func text(_ column: Int32) -> String? {
            guard let text = sqlite3_column_text(statement, column) else { return nil }
            let count = Int(sqlite3_column_bytes(statement, column))
            return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
        }

        /// Nil where the cell is empty.
        func integer(_ column: Int32) -> Int? {
            isNull(column) ? nil : Int(sqlite3_column_int64(statement, column))
        }

        func number(_ column: Int32) -> Double? { isNull(column) ? nil : sqlite3_column_double(statement, column) }

        private func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    }

    /// Calls `body` with every row of the answer.
    func rows(_ query: String, _ body: (Row) throws -> Void) throws {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, query, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw failure()
        }
        defer { sqlite3_finalize(statement) }
        sqlite3_progress_handler(handle, Self.mostSteps, { _ in 1 }, nil)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try body(Row(statement: statement))
            case SQLITE_DONE: return
            default: throw failure()
            }
        }
    }

    private func failure() -> ScalebenchError {
        ScalebenchError(
            .damagedData, "the database cannot be read", at: path,
            hint: "it is damaged, or another program has locked it",
            cause: handle.map { String(cString: sqlite3_errmsg($0)) })
    }
}

package enum SQLiteLibrary {
    /// The version of SQLite that this process runs with, such as `3.40.1`.
    package static var version: String { String(cString: sqlite3_libversion()) }
}
