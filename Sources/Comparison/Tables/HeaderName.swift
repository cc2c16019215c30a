// The name of a column without what tools and people put around it: "params.n_params", "Val Loss (nats)", "tokens_B".

import Foundation

/// A column's name as it is compared with known ones.
struct HeaderName {
    /// Without capitals, spaces and punctuation; a single letter stays as it is.
    let word: String
    /// What the cells are counted in, such as 1e6 for "params (M)"; 1 where the name does not say.
    let unit: Double

    /// What trackers put before the names of their own groups.
    private static let prefixes = [
        "params.", "params/", "metrics.", "metrics/", "tags.", "config.", "config/", "summary.", "summary/", "hparams.",
        "hparams/", "args.", "summary_metrics.", "hyperparameters.", "parameters/", "parameters.", "sys/", "params_",
        "user_attrs_",
    ]

    init(_ text: String) {
        var text = text.trimmingCharacters(in: .whitespaces)
        var unit = 1.0
        if let open = text.lastIndex(where: { "([".contains($0) }), text.last.map({ ")]".contains($0) }) == true {
            unit =
                TableNumber.unit(text[text.index(after: open)...].dropLast().trimmingCharacters(in: .whitespaces)) ?? 1
            text = String(text[..<open])
        }
        let lower = LossColumn.isKnown(Self.plain(text)) ? "" : text.lowercased()
        if let prefix = Self.prefixes.first(where: { lower.hasPrefix($0) && Self.isPrefix($0, of: text) }) {
            text = String(text.dropFirst(prefix.count))
        }
        // "tokens_B" and "params_millions": the last word is a unit where the rest is still a name.
        let words = text.split { !$0.isLetter && !$0.isNumber }
        if words.count > 1, let last = words.last, unit == 1, let factor = TableNumber.unit(String(last)), factor > 1 {
            unit = factor
            let rest = words.dropLast()
            text = (rest.last?.lowercased() == "in" ? rest.dropLast() : rest).joined(separator: "_")
        }
        word = Self.plain(text)
        self.unit = unit
    }

    /// Whether a name goes on after a prefix. One that ends in "_" may also be a part of the name, as in "params_millions".
    private static func isPrefix(_ prefix: String, of text: String) -> Bool {
        let rest = String(text.dropFirst(prefix.count))
        return rest.count > 1 && (!prefix.hasSuffix("_") || LossColumn.isKnown(plain(rest)))
    }

    static func plain(_ text: String) -> String {
        let letters = text.filter { $0.isLetter || $0.isNumber }
        return letters.count == 1 ? letters : letters.lowercased()
    }
}
