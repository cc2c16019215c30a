// The settings that trainers leave beside a log: Lightning's `hparams.yaml`, `config.yaml` and `config.json` of Hydra,
// W&B and others. Of YAML only what such files hold of labels is read, keys with plain values in nested maps; lists,
// anchors and texts of several lines are passed over. A library of YAML would be another package for these few lines.

import Foundation
import ScalebenchCore

/// Reads settings.
enum SettingsFile {
    /// The usual names, the likeliest first.
    private static let names = ["hparams.yaml", "config.yaml", ".hydra/config.yaml", "config.json", "args.json"]
    private static let longest = 1 << 20

    /// What the first of such files beside a log states.
    static func facts(beside input: LogInput) -> RunFacts {
        for name in names {
            guard let settings = settings(of: "\(input.files[0].folder)/\(name)") else { continue }
            return RunFacts(settings, from: name)
        }
        return RunFacts()
    }

    /// The settings in a file of YAML or JSON; nil where there is none, or none that can be read.
    static func settings(of file: String) -> [(key: String, value: String)]? {
        guard let handle = InputFile.openIfPresent(file), let data = try? handle.read(upToCount: longest) else {
            return nil
        }
        guard file.hasSuffix(".json") else { return yaml(String(decoding: data, as: UTF8.self)) }
        return (try? JSONInput.decode(JSONValue.self, from: data, allowsJSON5: true))?.settings
    }

    /// Every `key: value` of a text of YAML by its path.
    static func yaml(_ text: String) -> [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        var path: [(indentation: Int, key: String)] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " }
            let indentation = line.count - content.count
            guard let colon = content.firstRange(of: ":"), !content.hasPrefix("-"), !content.hasPrefix("#") else {
                continue
            }
            let key = unquoted(content[..<colon.lowerBound])
            let rest = content[colon.upperBound...]
            guard rest.isEmpty || rest.first == " " else { continue }
            path.removeAll { $0.indentation >= indentation }
            let value = rest.firstRange(of: " #").map { rest[..<$0.lowerBound] } ?? rest
            let scalar = unquoted(value)
            if scalar.isEmpty {
                path.append((indentation, key))
            } else if !"!&*|>[{".contains(scalar.first!) {
                result.append(((path.map(\.key) + [key]).joined(separator: "/"), scalar))
            }
        }
        return result
    }

    private static func unquoted(_ text: Substring) -> String {
        let text = text.trimmingCharacters(in: .whitespaces)
        for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return text
    }
}
