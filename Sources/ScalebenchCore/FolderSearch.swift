// The folders in which suites and data sets are looked for.

import Foundation

/// Finds the folders that hold named collections.
package enum FolderSearch {
    /// Folders that may hold a collection, best first: those in the environment variable (separated by colons), the
    /// nearest folder of this name that `isCollection` accepts in the working folder and those above it, and
    /// `../share/scalebench/<name>` beside the executable.
    package static func roots(
        of name: String, environmentKey: String, isCollection: (String) -> Bool
    ) -> [String] {
        let environment = ProcessInfo.processInfo.environment[environmentKey] ?? ""
        var roots = environment.split(separator: ":").map(String.init)
        var folder = FileManager.default.currentDirectoryPath as NSString
        while true {
            let candidate = folder.appendingPathComponent(name)
            if isCollection(candidate) {
                roots.append(candidate)
                break
            }
            if folder.length <= 1 { break }
            folder = folder.deletingLastPathComponent as NSString
        }
        if let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            let prefix = ((executable as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
            roots.append("\(prefix)/share/scalebench/\(name)")
        }
        return roots
    }

    /// Whether any folder in `folder` has a file of this name.
    package static func holds(_ file: String, inFoldersOf folder: String) -> Bool {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return entries.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)/\(file)") }
    }
}
