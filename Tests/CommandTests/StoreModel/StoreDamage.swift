// Damage to a file of a store, of the kinds that disks, full volumes and people do.

import Foundation

/// One file that was changed behind the program's back.
struct StoreDamage {
    enum Kind: String, CaseIterable { case cut, flipped, garbage, deleted, digit }

    let file: String
    let kind: Kind

    /// Damages a file. Every byte of the store's files is ASCII, so that a flipped eighth bit makes it no text.
    static func make(_ file: String, in files: StoreFiles, _ random: inout Repeatable) throws -> StoreDamage {
        // Another digit where there are no checksums may be as good as the right one.
        let kinds = hasChecksums(file) ? Kind.allCases : Kind.allCases.filter { $0 != .digit }
        let kind = kinds.randomElement(using: &random)!, url = URL(fileURLWithPath: files.path(file))
        var data = try Data(contentsOf: url)
        switch kind {
        case .deleted:
            try FileManager.default.removeItem(at: url)
            return StoreDamage(file: file, kind: kind)
        case .cut: data = data.prefix(data.isEmpty ? 0 : Int.random(in: 0..<data.count, using: &random))
        case .flipped:
            if !data.isEmpty { data[Int.random(in: 0..<data.count, using: &random)] ^= 0x80 }
        case .digit:
            let digits = data.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(data[$0]) }
            if let place = digits.randomElement(using: &random) {
                data[place] = data[place] == UInt8(ascii: "9") ? UInt8(ascii: "8") : data[place] + 1
            }
        case .garbage: data += Data("\u{1}not what was written\n".utf8)
        }
        try data.write(to: url)
        return StoreDamage(file: file, kind: kind)
    }

    private static func hasChecksums(_ file: String) -> Bool {
        file.hasSuffix("/events.jsonl") || file == "history.jsonl"
            || ["entries/", "imports/"].contains(where: file.hasPrefix)
    }

    /// The run that the file belongs to.
    var run: String? {
        let parts = file.split(separator: "/")
        return parts.first == "runs" && parts.count > 2 ? String(parts[1]) : nil
    }

    /// Whether the file is the only place of what it says, and a list of findings can show that it is broken. What a killed
    /// writer left half-written says nothing.
    var isNamedByDoctor: Bool {
        !file.contains(".tmp-") && (file.hasPrefix("entries/") || file.hasPrefix("imports/"))
            && [.flipped, .garbage, .digit].contains(kind)
    }
}
