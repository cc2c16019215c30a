// A program in PREFIX/bin reads the suites, data sets and baselines of PREFIX/share/scalebench, as packages install them.

import Foundation
import Testing

struct InstalledTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardizedFileURL

    /// A prefix with the program, one suite of the repository with its baselines, and a data set; and an empty folder.
    private static func prefix(in scratch: Scratch) throws -> (program: String, work: URL) {
        let files = FileManager.default
        let prefix = scratch.url.appendingPathComponent("prefix"), work = scratch.url.appendingPathComponent("work")
        for folder in ["bin", "share/scalebench/Suites", "share/scalebench/baselines"] {
            try files.createDirectory(at: prefix.appendingPathComponent(folder), withIntermediateDirectories: true)
        }
        try files.createDirectory(at: work, withIntermediateDirectories: true)
        let program = prefix.appendingPathComponent("bin/scalebench")
        try files.copyItem(at: URL(fileURLWithPath: Tool.path), to: program)
        for folder in ["Suites/weight-decay", "baselines/weight-decay"] {
            try files.copyItem(
                at: repository.appendingPathComponent(folder),
                to: prefix.appendingPathComponent("share/scalebench/\(folder)"))
        }
        let dataset = repository.appendingPathComponent("datasets/known-entropy/dataset.json")
        try scratch.write(
            String(contentsOf: dataset, encoding: .utf8).replacing("\"known-entropy\"", with: "\"of-the-prefix\""),
            to: "prefix/share/scalebench/datasets/of-the-prefix/dataset.json")
        return (program.path, work)
    }

    @Test(arguments: [["suites", "list"], ["data", "list"], ["baselines", "list"]])
    func listsShowWhatThePrefixHolds(command: [String]) throws {
        let scratch = try Scratch(), (program, work) = try Self.prefix(in: scratch)
        let name = command[0] == "data" ? "of-the-prefix" : "weight-decay"
        let installed = try Tool.run(command, in: work, program: program)
        #expect(installed.status == 0 && installed.output.contains(name), "\(installed.output)\(installed.errors)")
        // The same program outside a prefix does not know them.
        let alone = try Tool.run(command, in: work)
        #expect(!alone.output.contains(name), "\(alone.output)")
    }

    /// Installers such as pipx put a link to the program into another folder. What counts is where the program lies.
    @Test func aLinkToTheProgramFindsThePrefixOfTheProgram() throws {
        let scratch = try Scratch(), (program, work) = try Self.prefix(in: scratch)
        let link = scratch.url.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
        let told = try Tool.run(
            ["compare", "--suite", "weight-decay", "none", "decay-1", "--dry-run"], in: work, program: link)
        #expect(told.status == 0 && told.output.contains("\n0 of 32 runs to do"), "\(told.output)\(told.errors)")
    }
}
