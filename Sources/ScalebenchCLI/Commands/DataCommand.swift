// `scalebench data`: making and finding data sets. The work is TokenData.

import ArgumentParser
import Foundation
import Reporting
import ScalebenchCore
import TokenData

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Build and list data sets.",
        discussion: """
            A data set is a folder with a dataset.json and zstd shards (datasets/README.md). They are found in \
            $SCALEBENCH_DATASETS, in the nearest datasets/ folder upwards, in the binary itself, and in the cache.
            """,
        subcommands: [Build.self, List.self])

    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a data set from plain text: bytes become tokens.",
            discussion: """
                Example:
                  scalebench data build --text book.txt more.txt.gz --name books
                  scalebench compare --dataset books
                """)

        @Option(name: .long, parsing: .upToNextOption, help: "Text files, plain, .gz or .zst.", completion: .file())
        var text: [String]
        @Option(help: "Name of the new data set.") var name: String
        @Option(help: "Folder to put the data set's folder in; default: the cache.", completion: .directory) var root:
            String?

        func run() throws {
            let line = LiveLine(isQuiet: false)
            defer { line.clear() }
            let locator = DatasetLocator.standard(embedded: EmbeddedFiles.datasets)
            if root == nil, let known = try? locator.describe(name) {
                throw ScalebenchError(
                    .invalidInput, "there is already a data set \"\(name)\"", at: known.origin,
                    hint: "choose another --name, or a folder of your own with --root")
            }
            let folder = root.map { "\($0)/\(name)" } ?? locator.buildFolder(name)
            let summary = try TextDatasetBuilder(name: name).build(files: text, folder: folder) { bytes in
                line.show("\(Quantity.bytes(Double(bytes))) read")
            }
            line.clear()
            print(
                """
                \(summary.folder): \(Quantity.short(Double(summary.trainTokens))) training and \
                \(Quantity.short(Double(summary.validationTokens))) validation tokens
                Use it: scalebench compare --dataset \(root == nil ? name : folder)
                """)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every data set that can be found.")

        func run() throws {
            var table = TextTable(header: ["data set", "vocabulary", "training tokens", "content"])
            for item in DatasetLocator.standard(embedded: EmbeddedFiles.datasets).list() {
                table.add([
                    item.name, String(item.vocabularySize), Quantity.short(Double(item.trainTokens)),
                    String(item.contentHash.prefix(12)),
                ])
            }
            print(table.text)
        }
    }
}
