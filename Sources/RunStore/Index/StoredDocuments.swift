// Documents that took long to compute from a whole store. They are kept in the index until anything changes that they
// depend on: the program, a record of a candidate, the events of a run, a baseline.

package import Foundation
import ScalebenchCore

/// The documents that are still what computing them again would give.
package struct StoredDocuments {
    private let index: StoreIndex
    private let stamp: String

    /// Nil where none can be kept: there is no index, or a file is so new that it may still change without a trace.
    package init?(_ store: RunStore, baselineRoots: [String] = BaselineStore.standardRoots) {
        guard let index = StoreIndex(root: store.root),
            let stamp = DocumentStamp(store, baselineRoots: baselineRoots).text
        else { return nil }
        self.index = index
        self.stamp = stamp
    }

    /// A document that was kept; nil where it was not, or where something has changed since.
    package func document(_ name: String) -> Data? {
        var found: Data?
        let query = "SELECT content, checksum FROM documents WHERE name = ? AND stamp = ?"
        index.rows(query, [.text(name), .text(stamp)]) { row in
            guard let content = row.data(0), checksum(name, content) == row.integer(1) else { return }
            found = content
        }
        return found
    }

    /// Keeps a document, and removes those of earlier states of the store.
    package func keep(_ content: Data, as name: String) {
        index.change { insert in
            insert("DELETE FROM documents WHERE stamp <> ?", [[.text(stamp)]])
                && insert(
                    "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)",
                    [[.text(name), .text(stamp), .data(content), .integer(checksum(name, content))]])
        }
    }

    private func checksum(_ name: String, _ content: Data) -> Int {
        RowChecksum([.text(name), .text(stamp), .data(content)]).number
    }
}

/// What is the same as long as nothing changes that a document depends on.
private struct DocumentStamp {
    /// Nil while a file may still change without a trace.
    private(set) var text: String?
    private let now = FileStamp.now

    init(_ store: RunStore, baselineRoots: [String]) {
        guard let program = FileStamp("/proc/self/exe"), let records = RunUses.stamp(of: store),
            let runs = runs(of: store), let baselines = baselines(baselineRoots)
        else { return }
        let parts = [ScalebenchVersion.current, "\(program.size) \(program.time)", records, runs, baselines]
        text = ContentHash.sha256(Data(parts.joined(separator: "\n").utf8))
    }

    private func runs(of store: RunStore) -> String? {
        guard let names = try? store.runNames() else { return nil }
        return lines(names, store.eventStamps(names))
    }

    private func baselines(_ roots: [String]) -> String? {
        let here = FileManager.default.currentDirectoryPath
        let files = roots.map { $0.hasPrefix("/") ? $0 : "\(here)/\($0)" }
            .flatMap(RunStore.files).flatMap(RunStore.files).flatMap(RunStore.files)
        return lines(files, FileStamp.stamps(files))
    }

    /// The hash of names with their stamps.
    private func lines(_ names: [String], _ stamps: [FileStamp?]) -> String? {
        var bytes = Data()
        for (name, stamp) in zip(names, stamps) {
            if let stamp, stamp.isFresh(now: now) { return nil }
            bytes.append(contentsOf: name.utf8)
            // A name holds no zero byte. The zero that ends it keeps names apart from numbers.
            bytes.append(0)
            withUnsafeBytes(of: (stamp?.size ?? -1, stamp?.time ?? -1)) { bytes.append(contentsOf: $0) }
        }
        return ContentHash.sha256(bytes)
    }
}
