// What a fuzzer needs of a reader of bytes from outside: what it reads, which files are good examples, and one call.

package import Foundation
import ScalebenchCore

/// One kind of bytes that scalebench reads and did not write, or that may have changed since.
package struct Reader: Sendable {
    /// The name on the command line of the fuzzer, and of the folder of its own seeds.
    package let name: String
    /// Examples by their path in the repository: files, or folders whose files are all taken.
    let examples: [String]
    /// Builds what lies around the bytes, once.
    package let prepare: @Sendable (Workbench) throws -> Prepared

    init(_ name: String, _ examples: [String] = [], prepare: @escaping @Sendable (Workbench) throws -> Prepared) {
        self.name = name
        self.examples = examples
        self.prepare = prepare
    }

    /// A reader of one file that needs nothing around it.
    init(
        _ name: String, file: String, _ examples: [String], _ read: @escaping @Sendable (String) throws -> Void
    ) {
        self.init(name, examples) { bench in
            Prepared { data in try read(try bench.write(data, to: file)) }
        }
    }

    /// A reader that is ready to be called again and again.
    package struct Prepared {
        /// Examples that were made on the spot, because they depend on the version of the program.
        package var made: [Data] = []
        /// Reads the bytes to the end.
        /// - Throws: `ScalebenchError` for bytes that are refused. Anything else is a defect of the reader.
        package let read: (Data) throws -> Void

        init(made: [Data] = [], _ read: @escaping (Data) throws -> Void) {
            self.made = made
            self.read = read
        }
    }

    // MARK: - Seeds

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Larger files teach a fuzzer little and cost it much time.
    private static let largestSeed = 40_000

    /// Its examples and the inputs that once were a failure, by path.
    package func seeds() throws -> [(file: String, data: Data)] {
        try (examples + ["Tests/Fuzzing/Seeds/\(name)"]).flatMap { try Self.files("\(Self.root)/\($0)") }
            .map { ($0, try InputFile.read($0)) }.filter { $0.1.count <= Self.largestSeed }
    }

    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        let names = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
        return names.sorted().map { "\(path)/\($0)" }.filter {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}

/// A folder in which a reader finds its file, in memory where the machine has such a place. It is removed at the end; a
/// fuzzer does not come to its end, so that its script names a folder to remove.
package final class Workbench: Sendable {
    package let path: String

    package init() throws {
        let memory = "/dev/shm", stated = ProcessInfo.processInfo.environment["SCALEBENCH_FUZZ_FOLDER"]
        let base = stated ?? (access(memory, W_OK) == 0 ? memory : NSTemporaryDirectory())
        path = "\(base)/scalebench-fuzz-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file in place of what it held before, and returns its path.
    @discardableResult func write(_ data: Data, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash])) }
        try data.write(to: URL(fileURLWithPath: file))
        return file
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }
}
