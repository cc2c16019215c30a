// `<root>/index.sqlite`: what the files of a store said when they were last read, and leaderboards that were made of them,
// so that lists need not read them again. Nothing depends on it: everything is checked against the sizes and times of the
// files, whatever goes wrong with the database means that the files are read, and it may be removed at any time.

import CSQLite
import Foundation
import ScalebenchCore

/// The database of an index, open for reading and writing. No method fails: an index that cannot be used has no rows.
final class StoreIndex {
    private let handle: OpaquePointer

    /// Raised when the tables change; another number makes a new index.
    private static let version = 4
    private static let tables = """
        CREATE TABLE runs (id INTEGER PRIMARY KEY, size INTEGER, time INTEGER, status INTEGER, seed INTEGER,
            parameters REAL, tokens REAL, flops REAL, seconds REAL, loss REAL, date TEXT, checksum INTEGER);
        CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT);
        CREATE TABLE uses (id INTEGER PRIMARY KEY, candidate INTEGER, family INTEGER, suite INTEGER, version INTEGER,
            place INTEGER);
        CREATE TABLE links (run INTEGER, use INTEGER, PRIMARY KEY (run, use)) WITHOUT ROWID;
        CREATE TABLE usesStamp (stamp TEXT, checksum INTEGER);
        CREATE TABLE documents (name TEXT PRIMARY KEY, stamp TEXT, content BLOB, checksum INTEGER);
        """

    /// Opens or creates the index of a store; nil where there can be none.
    init?(root: String) {
        let path = "\(root)/index.sqlite"
        // SQLite would wait for the writer of a named pipe.
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return nil }
        guard let handle = Self.open(path) else { return nil }
        self.handle = handle
    }

    deinit { sqlite3_close(handle) }

    private static func open(_ path: String) -> OpaquePointer? {
        // Twice: an index that is damaged, or of another version, is made anew.
        for _ in 0..<2 {
            var handle: OpaquePointer?
            let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
            guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let handle else {
                sqlite3_close(handle)
                return nil
            }
            sqlite3_busy_timeout(handle, 2000)
            switch version(of: handle) {
            case version?: return handle
            case 0?:
                let made =
                    sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK
                    && (Self.version(of: handle) == version
                        || sqlite3_exec(handle, "\(tables) PRAGMA user_version = \(version)", nil, nil, nil)
                            == SQLITE_OK)
                    && sqlite3_exec(handle, "COMMIT", nil, nil, nil) == SQLITE_OK
                if made { return handle }
                sqlite3_close(handle)
                return nil
            default:
                // Another program may be at work on it; such an index is left alone, and the files are read.
                let isBusy = sqlite3_errcode(handle) == SQLITE_BUSY
                sqlite3_close(handle)
                if isBusy { return nil }
                unlink(path)
            }
        }
        return nil
    }

    private static func version(of handle: OpaquePointer) -> Int? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, nil) == SQLITE_OK else { return nil }
        defer { sqlite3_finalize(statement) }
        return sqlite3_step(statement) == SQLITE_ROW ? Int(sqlite3_column_int64(statement, 0)) : nil
    }

    /// A value of a cell.
    enum Value {
        case null
        case integer(Int)
        case number(Double)
        case text(String)
        case data(Data)

        init(_ number: Double?) { self = number.map { .number($0) } ?? .null }
        init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    }

    /// One row of an answer, valid while it is given.
    struct Row {
        fileprivate let statement: OpaquePointer

        func text(_ column: Int32) -> String? { sqlite3_column_text(statement, column).map { String(cString: $0) } }
        func data(_ column: Int32) -> Data? {
            sqlite3_column_blob(statement, column).map { bytes in
                Data(bytes: bytes, count: Int(sqlite3_column_bytes(statement, column)))
            }
        }
        func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
        func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }
        func number(_ column: Int32) -> Double? {
            isNull(column) ? nil : sqlite3_column_double(statement, column)
        }
    }

    /// Calls `body` with every row of an answer.
    /// - Returns: whether all of them could be read.
    @discardableResult func rows(_ query: String, _ values: [Value] = [], _ body: (Row) -> Void) -> Bool {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, query, -1, &statement, nil) == SQLITE_OK, let statement else { return false }
        defer { sqlite3_finalize(statement) }
        bind(values, to: statement)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: body(Row(statement: statement))
            case SQLITE_DONE: return true
            default: return false
            }
        }
    }

    /// Carries out changes all together or not at all.
    func change(_ body: (_ insert: (String, [[Value]]) -> Bool) -> Bool) {
        guard sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK else { return }
        let isDone = body { insert($0, $1) }
        if !isDone || sqlite3_exec(handle, "COMMIT", nil, nil, nil) != SQLITE_OK {
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        }
    }

    /// Carries out one statement for every row of values.
    private func insert(_ text: String, _ rows: [[Value]]) -> Bool {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, text, -1, &statement, nil) == SQLITE_OK else { return false }
        defer { sqlite3_finalize(statement) }
        for row in rows {
            bind(row, to: statement)
            guard sqlite3_step(statement) == SQLITE_DONE else { return false }
            sqlite3_reset(statement)
        }
        return true
    }

    private func bind(_ values: [Value], to statement: OpaquePointer?) {
        // SQLite copies what it is given.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (column, value) in zip(Int32(1)..., values) {
            switch value {
            case .null: sqlite3_bind_null(statement, column)
            case .integer(let number): sqlite3_bind_int64(statement, column, Int64(number))
            case .number(let number): sqlite3_bind_double(statement, column, number)
            case .text(let text): sqlite3_bind_text(statement, column, text, -1, copies)
            case .data(let data):
                data.withUnsafeBytes {
                    _ = sqlite3_bind_blob(statement, column, $0.baseAddress, Int32($0.count), copies)
                }
            }
        }
    }
}
