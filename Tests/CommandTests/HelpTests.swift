// The help texts, compared character by character. After a wanted change, run SCALEBENCH_RECORD=1 swift test and read
// the difference before committing it.

import Foundation
import Testing

struct HelpTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots")

    @Test(arguments: [
        [], ["compare"], ["nightly"], ["leaderboard"], ["site"], ["runs"], ["runs", "import"], ["baselines"],
        ["baselines", "list"],
        ["baselines", "check"], ["doctor"],
    ])
    func help(command: [String]) throws {
        let result = try Tool.run(command + ["--help"], in: Self.folder, environment: ["COLUMNS": "80"])
        #expect(result.status == 0)
        let name = (["help"] + command).joined(separator: "-") + ".txt"
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["SCALEBENCH_RECORD"] == "1" {
            try Data(result.output.utf8).write(to: file)
        }
        #expect(result.output == (try String(contentsOf: file, encoding: .utf8)))
    }

    @Test func versionNamesTheLibraries() throws {
        let result = try Tool.run(["--version"], in: Self.folder)
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 0)
        #expect(lines.first?.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
        for library in ["OpenBLAS", "zstd", "zlib", "Swift"] {
            #expect(lines.contains { $0.hasPrefix(library) && $0.contains(/\d+\.\d+/) }, "\(result.output)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionScripts(shell: String) throws {
        let result = try Tool.run(["--generate-completion-script", shell], in: Self.folder)
        #expect(result.status == 0 && result.output.contains("leaderboard"))
    }
}
