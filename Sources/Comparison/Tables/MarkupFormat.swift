// Text that holds a table but is no table of cells: pages, XML and YAML.

import Foundation
import ScalebenchCore

/// Texts that are refused with the command that makes a table of them.
enum MarkupFormat {
    /// - Throws: `invalidInput`, whose hint is the command to type.
    static func refuse(_ data: Data, file: String) throws {
        let start = String(decoding: data.prefix(400), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let lower = start.lowercased()
        let (name, table) = ForeignFormat.names(file)
        let found: (name: String, frame: String)?
        switch lower {
        case _ where lower.hasPrefix("<?xml"): found = ("XML", "pandas.read_xml('\(name)')")
        case _ where lower.hasPrefix("<"): found = ("a web page", "pandas.read_html('\(name)')[0]")
        case _ where isYAML(start): found = ("YAML", "pandas.json_normalize(yaml.safe_load(open('\(name)')))")
        default: found = nil
        }
        guard let found else { return }
        throw ScalebenchError(
            .invalidInput, "this is \(found.name), not a table of cells", at: file,
            hint: ForeignFormat.python(found.frame, table, found.name == "YAML" ? "import yaml; " : ""))
    }

    /// Whether a text begins like a list of YAML records.
    private static func isYAML(_ text: String) -> Bool {
        guard let first = text.split(separator: "\n").first(where: { !$0.hasPrefix("#") && $0 != "---" }) else {
            return false
        }
        return text.hasPrefix("---\n") || first.hasPrefix("- ") && first.contains(": ")
    }
}
