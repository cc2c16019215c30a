// Where the pages of a site lie. A name of any spelling becomes one path component of harmless characters.

import Foundation
import RunStore
import ScalebenchCore

/// Paths from the site's folder.
enum SiteAddress {
    static let front = "index.html"
    static let style = "style.css"
    static let script = "script.js"
    static let looseRuns = "runs/index.html"

    static func suite(_ name: String) -> String { "suites/\(component(name))/index.html" }

    /// A file that belongs to a suite.
    static func suiteFile(_ name: String, _ file: String) -> String { "suites/\(component(name))/\(file)" }

    static func candidate(_ name: String, suite: String) -> String {
        "suites/\(component(suite))/candidates/\(component(name)).html"
    }

    static func run(_ id: RunID) -> String { "runs/\(component(id.rawValue)).html" }

    static func comparison(_ id: String) -> String { "comparisons/\(id).html" }

    /// The copy of a report, whose name `isReport` accepts.
    static func report(_ file: String) -> String { "reports/\(file)" }

    /// Whether a report's name is one that a comparison gives, and leads out of no folder.
    static func isReport(_ file: String) -> Bool {
        file.hasSuffix(".html")
            && file.dropLast(5).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }

    /// `address` as a link on the page `page`.
    static func link(_ address: String, from page: String) -> String {
        let depth = page.utf8.count { $0 == UInt8(ascii: "/") }
        return String(repeating: "../", count: depth) + address
    }

    /// The address of another format of a page's data: `runs/1f.html` → `runs/1f.csv`.
    static func sibling(_ page: String, _ ending: String) -> String { String(page.dropLast(5)) + "." + ending }

    /// The name itself where it is harmless; else its slug with digits of its hash, after a character that no slug has.
    private static func component(_ name: String) -> String {
        let slug = RunStore.slug(name)
        if slug == name, !name.isEmpty, name != "index" { return slug }
        return "\(slug)_\(ContentHash.sha256(Data(name.utf8)).prefix(8))"
    }
}
