// Runs the built binary as a user runs it.

import Foundation

struct ToolResult {
    var status: Int32
    var output: String
    var errors: String
}

enum Tool {
    /// The binary, which the package manager puts beside the test bundle.
    static let path: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("scalebench").path
    }()

    /// Runs `scalebench` with `arguments` in `folder`, without a terminal, in an empty cache unless one is named.
    static func run(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:], input: String? = nil,
        program: String = path
    ) throws -> ToolResult {
        let process = try start(arguments, in: folder, environment: environment, input: input, program: program)
        return process.wait()
    }

    /// - Parameters:
    ///   - input: a file for standard input, which is empty by default.
    ///   - program: a copy of the binary at another place.
    static func start(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:], input: String? = nil,
        program: String = path
    ) throws -> RunningTool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        var merged = ProcessInfo.processInfo.environment
        merged["XDG_CACHE_HOME"] = folder.appendingPathComponent("cache").path
        merged.merge(environment) { $1 }
        process.environment = merged
        process.standardInput = input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
        return try RunningTool(process, in: folder)
    }
}

/// A started tool; its output goes to files so that no pipe can fill up.
struct RunningTool {
    let process: Process
    private let output: URL
    private let errors: URL

    fileprivate init(_ process: Process, in folder: URL) throws {
        self.process = process
        let name = UUID().uuidString
        output = folder.appendingPathComponent("stdout-\(name)")
        errors = folder.appendingPathComponent("stderr-\(name)")
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    func wait() -> ToolResult {
        process.waitUntilExit()
        let read = { (file: URL) in (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
        let result = ToolResult(status: process.terminationStatus, output: read(output), errors: read(errors))
        for file in [output, errors] { try? FileManager.default.removeItem(at: file) }
        return result
    }
}

extension String {
    /// The text of an event file that a test wants to change.
    var withoutChecksums: String { replacing(/,"checksum":"[0-9a-f]{64}"/, with: "") }
}

/// A folder of its own for one test, removed at the end.
final class Scratch {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("scalebench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    @discardableResult func write(_ text: String, to path: String) throws -> String {
        let file = url.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func files(under path: String = "") -> [String] {
        let root = url.appendingPathComponent(path)
        return (FileManager.default.enumerator(atPath: root.path)?.allObjects as? [String])?.sorted() ?? []
    }
}
