// The sources as text: which module and folder a file lies in, what it imports, which types it declares and names.

import Foundation

/// One Swift file of a module.
struct SourceFile {
    let module: String
    /// The folder inside the module; empty for files at its top.
    let folder: String
    let name: String
    /// Without comments and the texts of string literals; what is interpolated into them is left out too.
    let code: String

    /// The modules that it imports.
    var imports: Set<String> {
        Set(code.matches(of: /(?m)^(?:@\w+ )?(?:public |package |internal )?import (\w+)/).map { String($0.1) })
    }

    /// The types that it declares at the top level, those that other files may name.
    var declaredTypes: Set<String> {
        let pattern =
            /(?m)^(?:public |package |internal )?(?:final |indirect )?(?:struct|enum|class|actor|protocol|typealias) (\w+)/
        return Set(code.matches(of: pattern).map { String($0.1) })
    }

    /// Every word of it that is written like a type's name.
    var capitalisedWords: Set<String> { Set(code.matches(of: /\b[A-Z]\w*/).map { String($0.0) }) }
}

enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folders of `Sources`.
    static func modules() throws -> [String] {
        let sources = root.appendingPathComponent("Sources")
        return try FileManager.default.contentsOfDirectory(atPath: sources.path).filter {
            !$0.hasSuffix(".md")
        }
    }

    static func files(of module: String, under top: String = "Sources") throws -> [SourceFile] {
        let folder = root.appendingPathComponent("\(top)/\(module)")
        let paths = (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? [])
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let parts = path.split(separator: "/").map(String.init)
            let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
            return SourceFile(
                module: module, folder: parts.dropLast().first ?? "", name: path, code: withoutWords(text))
        }
    }

    /// A file's code without comments and string literals.
    static func withoutWords(_ text: String) -> String {
        text.replacing(/"""[\s\S]*?"""/, with: "\"\"")
            .replacing(/"(?:[^"\\\n]|\\.)*"/, with: "\"\"")
            .replacing(/\/\/[^\n]*/, with: "")
    }

    /// For every folder of a module, the other folders whose types its files name, with a file and a type that show it.
    static func arrows(of module: String) throws -> [String: [String: String]] {
        let files = try files(of: module).filter { !$0.folder.isEmpty }
        var home: [String: String] = [:]
        for file in files { for type in file.declaredTypes { home[type] = file.folder } }
        var arrows: [String: [String: String]] = [:]
        for file in files {
            for word in file.capitalisedWords.sorted() {
                guard let folder = home[word], folder != file.folder else { continue }
                arrows[file.folder, default: [:]][folder] = "\(file.name) names \(word)"
            }
        }
        return arrows
    }
}
