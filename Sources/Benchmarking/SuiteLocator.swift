// Finds suites: in a folder anywhere, by name in the suite roots, or in the binary.

import Foundation
package import ScalebenchCore

/// A suite with the folder that its candidates come from.
package struct LocatedSuite {
    package var suite: Suite
    /// The folder of the suite; nil for an embedded one.
    package var folder: String?

    /// The name by which `--suite` finds it: that of its folder, or of the embedded suite.
    package var name: String { folder.map { URL(fileURLWithPath: $0).lastPathComponent } ?? suite.name }

    /// What the suite's data set is found by: its name, or the path of its folder. A path that a suite names starts at
    /// the suite's folder, wherever the command is given.
    package var dataset: String {
        guard suite.dataset.contains("/"), !suite.dataset.hasPrefix("/"), let folder else { return suite.dataset }
        return "\(folder)/\(suite.dataset)"
    }

    /// The launcher that the suite names. The path of a file starts at the suite's folder.
    package var launcher: String? {
        guard let launcher = suite.launcher, launcher.contains("."), !launcher.hasPrefix("/"), let folder else {
            return suite.launcher
        }
        return "\(folder)/\(launcher)"
    }

    /// The candidate, or the family of candidates, that `argument` means: a file, or the name of one of the suite's own.
    /// - Throws: `notFound` for an unknown name, `invalidInput` for a file that is not a valid candidate.
    package func family(_ argument: String) throws -> CandidateFamily {
        if argument.contains("/") || argument.hasSuffix(".json") || argument.hasSuffix(".json5") {
            return try CandidateFamily.open(argument)
        }
        if let folder {
            let path = "\(folder)/candidates/\(argument).json"
            if FileManager.default.fileExists(atPath: path) { return try CandidateFamily.open(path) }
        } else if let data = EmbeddedFiles.candidates[suite.name]?[argument] {
            let reader = try ConfigReader.parse(data, file: "\(suite.name)/candidates/\(argument).json")
            return try CandidateFamily(reader, defaultName: argument)
        }
        let names = candidateNames
        throw ScalebenchError(
            .notFound, "no candidate \"\(argument)\" in suite \(suite.name)",
            hint: NearestName.hint(
                argument, among: names,
                otherwise: "give a file such as ./\(argument).json, or one of: \(names.joined(separator: ", "))"))
    }

    /// The names of the suite's own candidates, sorted.
    package var candidateNames: [String] {
        guard let folder else { return EmbeddedFiles.candidates[suite.name]?.keys.sorted() ?? [] }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/candidates")) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }
}

/// Finds suites.
package enum SuiteLocator {
    /// The environment variable that names a folder of suites.
    static let environmentKey = "SCALEBENCH_SUITES"

    /// The suite that `name` means. A path (anything with a slash, or an existing folder) is that folder.
    /// - Throws: `notFound` for an unknown name, `invalidInput` for a file that is not a valid suite.
    package static func find(_ name: String) throws -> LocatedSuite {
        if name.contains("/") || FileManager.default.fileExists(atPath: "\(name)/suite.json") {
            return try open(folder: name)
        }
        for root in roots where FileManager.default.fileExists(atPath: "\(root)/\(name)/suite.json") {
            return try open(folder: "\(root)/\(name)")
        }
        if let embedded = try embedded(name) { return embedded }
        let names = survey().suites.map(\.name)
        throw ScalebenchError(
            .notFound, "no suite \"\(name)\"",
            hint: NearestName.hint(
                name, among: names,
                otherwise: "give a folder with a suite.json, or one of: \(names.joined(separator: ", "))"))
    }

    /// Every suite in the roots and in the binary, in the order of names, and the errors of those that cannot be read.
    package static func survey() -> (suites: [LocatedSuite], errors: [ScalebenchError]) {
        var found: [String: Result<LocatedSuite, ScalebenchError>] = [:]
        for name in EmbeddedFiles.suites.keys { found[name] = attempt { try embedded(name)! } }
        for root in roots.reversed() {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
            where FileManager.default.fileExists(atPath: "\(root)/\(name)/suite.json") {
                found[name] = attempt { try open(folder: "\(root)/\(name)") }
            }
        }
        let ordered = found.sorted { $0.key < $1.key }.map(\.value)
        return (
            ordered.compactMap { try? $0.get() },
            ordered.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        )
    }

    private static func attempt(_ body: () throws -> LocatedSuite) -> Result<LocatedSuite, ScalebenchError> {
        do {
            return .success(try body())
        } catch {
            return .failure(error as? ScalebenchError ?? ScalebenchError(.invalidInput, "\(error)"))
        }
    }

    private static func open(folder: String) throws -> LocatedSuite {
        let path = "\(folder)/suite.json"
        guard FileManager.default.fileExists(atPath: path) else {
            throw ScalebenchError(
                .notFound, "no suite.json in this folder", at: folder, hint: "a suite is a folder with a suite.json")
        }
        let name = URL(fileURLWithPath: folder).lastPathComponent
        return LocatedSuite(suite: try Suite(try ConfigReader.open(path), defaultName: name), folder: folder)
    }

    private static func embedded(_ name: String) throws -> LocatedSuite? {
        guard let data = EmbeddedFiles.suites[name] else { return nil }
        let reader = try ConfigReader.parse(data, file: "\(name)/suite.json")
        return LocatedSuite(suite: try Suite(reader, defaultName: name), folder: nil)
    }

    /// The folders that are searched for suites, whether they exist or not. Of suites of one name, the first found is
    /// used.
    package static var roots: [String] {
        FolderSearch.roots(of: "Suites", environmentKey: environmentKey) {
            FolderSearch.holds("suite.json", inFoldersOf: $0)
        }
    }
}
