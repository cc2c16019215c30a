// What a run was told to do, as a table of keys and values: the spec of its job, or the labels of an import.

import Foundation
import RunStore
import ScalebenchCore

/// The configuration of a run.
struct RunConfiguration {
    private let rows: [(key: String, value: String)]

    /// - Parameter spec: the spec of its job.
    init(_ content: CatalogRun.Content, _ spec: JSONValue?) {
        switch content {
        case .trained(let job?, _):
            var rows = spec.map { Self.flat("", $0) } ?? []
            if let dataset = job.dataset { rows.append(("dataset", dataset.name)) }
            if let launch = job.launch { rows.append(("command", launch.command.joined(separator: " "))) }
            self.rows = rows
        case .trained(nil, _): rows = []
        case .imported(let run): rows = (try? JSONValue(encoding: run.labels)).map { Self.flat("", $0) } ?? []
        }
    }

    /// The table; it is nil where nothing is known.
    var table: SiteTable? {
        guard !rows.isEmpty else { return nil }
        var table = SiteTable(caption: "Every key of the resolved configuration.", header: ["key", "value"])
        table.rows = rows.map { [.init(Markup(text: SafeText.line($0.key, limit: 80))), value($0.value)] }
        return table
    }

    /// A value may be a hash, which has no place to break.
    private func value(_ text: String) -> SiteTable.Cell { .init(tag("code") { SafeText.line(text, limit: 300) }) }

    /// The leaves of a document, under their paths.
    private static func flat(_ path: String, _ value: JSONValue) -> [(key: String, value: String)] {
        switch value {
        case .object(let fields) where !fields.isEmpty:
            fields.sorted { $0.key < $1.key }.flatMap { flat(path.isEmpty ? $0.key : "\(path).\($0.key)", $0.value) }
        case .string(let text): [(path, text)]
        default: [(path, value.canonicalText)]
        }
    }
}
