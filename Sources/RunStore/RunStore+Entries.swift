// Which candidates were entered into which suite. One small file per entry, named by content: written once, never
// changed, safe to write from several processes.
//
//   <root>/entries/<suite>-v<version>-<board>/<candidate>-<identity>.json      (LadderEntry)

package import Comparison
import Foundation
package import ScalebenchCore

extension RunStore {
    private var entriesFolder: String { "\(root)/entries" }

    /// Keeps `entry`; nothing happens where it is already kept, or where the store cannot be written (reading a finished
    /// comparison needs no permission to write).
    package func add(_ entry: LadderEntry) throws {
        let folder = "\(entriesFolder)/\(Self.slug(entry.suite.name))-v\(entry.suite.version)-\(entry.board.prefix(8))"
        let file = "\(folder)/\(Self.slug(entry.candidate.name))-\(entry.identity.prefix(8)).json"
        guard !FileManager.default.fileExists(atPath: file), access(root, W_OK | X_OK) == 0 else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.makeFolder(folder)
        try AtomicFile.write(try encoder.encode(entry) + Data("\n".utf8), to: file)
    }

    /// Every entry, in the order of file names, and an error for each file that is none.
    package func entries() -> (entries: [LadderEntry], errors: [ScalebenchError]) {
        var entries: [LadderEntry] = [], errors: [ScalebenchError] = []
        for file in Self.files(entriesFolder).flatMap(Self.files) where file.hasSuffix(".json") {
            do {
                entries.append(try Self.open(file))
            } catch {
                errors.append(error)
            }
        }
        return (entries, errors)
    }

    private static func open(_ file: String) throws(ScalebenchError) -> LadderEntry {
        let broken = { (cause: String) in
            ScalebenchError(
                .damagedData, "not an entry of a leaderboard", at: file,
                hint: "remove the file; the next compare writes it again", cause: cause)
        }
        let entry: LadderEntry
        do {
            entry = try JSONDecoder().decode(LadderEntry.self, from: try ConfigReader.readFile(file))
        } catch {
            throw broken("\(error)")
        }
        guard entry.schemaVersion == 1 else { throw broken("layout \(entry.schemaVersion); this program knows 1") }
        guard entry.candidate.places.count >= 3, entry.candidate.places.allSatisfy({ $0.flops > 0 && $0.tokens > 0 })
        else { throw broken("a ladder has two rungs and a target") }
        return entry
    }

    /// Full paths of what lies in a folder, sorted; nothing where there is no folder.
    static func files(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { "\(folder)/\($0)" }
    }

    /// A short file name for any text: lower-case letters, digits and dashes, so that no name leads out of its folder.
    /// What makes it unique stands beside it.
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
