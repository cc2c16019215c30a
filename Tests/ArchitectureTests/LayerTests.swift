// A module imports only modules of the layers below it, and only what it declares: the package manager builds undeclared
// transitive imports without a word.

import Foundation
import Testing

struct LayerTests {
    /// The lowest layer comes first. Modules of one layer do not know each other.
    static let layers: [Set<String>] = [
        ["COpenBLAS", "CZstd", "CZlib", "CSQLite", "CLinux", "CKernels"],
        ["ScalebenchCore"],
        ["TokenData", "Transformer", "ScalingLaws"],
        ["Training", "Comparison"],
        ["Backtesting", "LawFitting", "RunStore", "Launching"],
        ["Reporting", "Benchmarking"],
        ["ScalebenchCLI", "Scalebench"],
        ["ScalebenchMain"],
    ]
    /// Packages from outside, and who may import them.
    static let outside: [String: Set<String>] = [
        "Crypto": ["ScalebenchCore"], "ArgumentParser": ["ScalebenchCLI"], "Subprocess": ["Launching", "Training"],
        "SystemPackage": ["Launching"],
    ]
    private static let all = layers.reduce(into: Set<String>()) { $0.formUnion($1) }

    private static func imports(of module: String) throws -> Set<String> {
        try SourceTree.files(of: module).reduce(into: Set()) { $0.formUnion($1.imports) }
    }

    /// The names of a module's dependencies as Package.swift declares them.
    private static func declared(by module: String, call: String = "module") throws -> Set<String>? {
        let text = try String(contentsOf: SourceTree.root.appendingPathComponent("Package.swift"), encoding: .utf8)
            .replacing(/\s+/, with: " ")
        let pattern = try Regex<(Substring, Substring)>(
            #"(?:\#(call)\( ?|executableTarget\( ?name: )"\#(module)",(?: dependencies:)? \[(.*?)\]"#)
        guard let match = text.firstMatch(of: pattern) else { return nil }
        return Set(match.1.matches(of: /\w+/).map { $0.0.prefix(1).uppercased() + $0.0.dropFirst() })
    }

    @Test func everyModuleBelongsToALayer() throws {
        #expect(Set(try SourceTree.modules()) == Self.all)
    }

    @Test(arguments: layers.indices) func importsPointDownwards(layer: Int) throws {
        let below = Self.layers[..<layer].reduce(into: Set<String>()) { $0.formUnion($1) }
        for module in Self.layers[layer] {
            let imports = try Self.imports(of: module)
            #expect(imports.intersection(Self.all).isSubset(of: below), "\(module) imports \(imports)")
            for (package, users) in Self.outside where imports.contains(package) {
                #expect(users.contains(module), "\(module) imports \(package)")
            }
        }
    }

    @Test(arguments: layers.indices) func importsAreDeclared(layer: Int) throws {
        // C and system targets import nothing of ours.
        for module in Self.layers[layer].subtracting(Self.layers[0]) {
            let declared = try #require(try Self.declared(by: module), "\(module) is not in Package.swift as expected")
            let wanted = try Self.imports(of: module).filter { Self.all.contains($0) || Self.outside[$0] != nil }
            #expect(wanted.isSubset(of: declared), "\(module) imports \(wanted), declares \(declared)")
        }
    }

    /// A module that a test imports without declaring it is found only where it happens to be built already.
    @Test func importsOfTestsAreDeclared() throws {
        for module in Self.all {
            guard let declared = try Self.declared(by: module, call: "tests") else { continue }
            let imports = try SourceTree.files(of: "\(module)Tests", under: "Tests").flatMap(\.imports)
            let undeclared = Set(imports).intersection(Self.all).subtracting(declared)
            #expect(undeclared.isEmpty, "\(module)Tests")
        }
    }

    /// Who prints and who ends the process: the command line alone.
    @Test func onlyTheCommandLinePrintsAndExits() throws {
        let libraries = Self.all.subtracting(["ScalebenchCLI", "ScalebenchMain"])
        for file in try libraries.flatMap({ try SourceTree.files(of: $0) }) {
            let pattern = /(?m)(?:^|[^.\w])(?:print|exit|_exit|ExitCode)\(|FileHandle\.standard(?:Output|Error)/
            let found = file.code.firstMatch(of: pattern).map { "\(file.module)/\(file.name): \($0.0)" }
            #expect(found == nil)
        }
    }
}
