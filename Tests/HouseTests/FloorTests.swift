// A room imports only the floors below it, and only what it declares: the package manager builds undeclared
// transitive imports without a word.

import Foundation
import Testing

struct FloorTests {
    /// Lowest floor first. Rooms on one floor do not know each other.
    static let floors: [Set<String>] = [
        ["COpenBLAS", "CZstd", "CZlib", "CKernels"],
        ["ScalebenchCore"],
        ["TokenData", "Transformer", "ScalingLaws"],
        ["Training", "Comparison"],
        ["RunStore", "Launching", "Reporting"],
        ["ScalebenchCLI"],
        ["scalebench"],
    ]
    /// Packages from outside, and who may import them.
    static let outside: [String: Set<String>] = [
        "Crypto": ["ScalebenchCore"], "ArgumentParser": ["ScalebenchCLI"], "Subprocess": ["Launching", "Training"],
        "SystemPackage": ["Launching"],
    ]

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func imports(of room: String) throws -> Set<String> {
        let folder = root.appendingPathComponent("Sources/\(room)")
        let files = (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? [])
            .filter { $0.hasSuffix(".swift") }
        var names: Set<String> = []
        for file in files {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for match in text.matches(of: /(?m)^(?:@\w+ )?(?:public |package |internal )?import (\w+)/) {
                names.insert(String(match.1))
            }
        }
        return names
    }

    /// The names of a room's dependencies as Package.swift declares them.
    private static func declared(by room: String) throws -> Set<String>? {
        let text = try String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
            .replacing(/\s+/, with: " ")
        let pattern = try Regex<(Substring, Substring)>(
            #"(?:room\( ?|executableTarget\( ?name: )"\#(room)",(?: dependencies:)? \[(.*?)\]"#)
        guard let match = text.firstMatch(of: pattern) else { return nil }
        return Set(match.1.matches(of: /\w+/).map { $0.0.prefix(1).uppercased() + $0.0.dropFirst() })
    }

    @Test func everyRoomStandsOnAFloor() throws {
        let rooms = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appendingPathComponent("Sources").path)
        #expect(Set(rooms) == Self.floors.reduce(into: Set()) { $0.formUnion($1) })
    }

    @Test(arguments: floors.indices) func importsPointDownwards(floor: Int) throws {
        let below = Self.floors[..<floor].reduce(into: Set<String>()) { $0.formUnion($1) }
        let all = Self.floors.reduce(into: Set<String>()) { $0.formUnion($1) }
        for room in Self.floors[floor] {
            let imports = try Self.imports(of: room)
            #expect(imports.intersection(all).isSubset(of: below), "\(room) imports \(imports.intersection(all))")
            for (package, users) in Self.outside where imports.contains(package) {
                #expect(users.contains(room), "\(room) imports \(package)")
            }
        }
    }

    @Test(arguments: floors.indices) func importsAreDeclared(floor: Int) throws {
        let all = Self.floors.reduce(into: Set<String>()) { $0.formUnion($1) }
        for room in Self.floors[floor] {
            // C and system targets import nothing of ours.
            guard !room.hasPrefix("C") || room == "Comparison" else { continue }
            let declared = try #require(try Self.declared(by: room), "\(room) is not in Package.swift as expected")
            let wanted = try Self.imports(of: room).filter { all.contains($0) || Self.outside[$0] != nil }
            #expect(wanted.isSubset(of: declared), "\(room) imports \(wanted), declares \(declared)")
        }
    }
}
