// `scalebench data`: making, finding and examining data sets. TokenData does the work; similar commands share a file.

import ArgumentParser
import Benchmarking
import Foundation
import Reporting
import ScalebenchCore
import TokenData

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Build, import, examine and export data sets.",
        discussion: """
            A data set is a folder with a dataset.json and zstd shards (datasets/README.md). They are found in \
            $SCALEBENCH_DATASETS, in the nearest datasets/ folder upwards, in the binary itself, and in the cache.
            """,
        subcommands: [
            DataBuild.self, DataImport.self, DataMix.self, DataExport.self, DataList.self, DataInspect.self,
            DataVerify.self, DataStats.self, DataBench.self,
        ])
}

/// The name and place of a new data set.
struct NewDatasetOptions: ParsableArguments {
    @Option(help: "Name of the new data set.") var name: String
    @Option(help: "Folder to put the data set's folder in; default: the cache.", completion: .directory) var root:
        String?

    /// The data set's folder.
    /// - Throws: `invalidInput` where the name is taken.
    func folder() throws -> String {
        let locator = DatasetLocator.standard(embedded: EmbeddedFiles.datasets)
        if root == nil, let known = try? locator.describe(name) {
            throw ScalebenchError(
                .invalidInput, "there is already a data set \"\(name)\"", at: known.origin,
                hint: "choose another --name, or a folder of your own with --root")
        }
        return root.map { "\($0)/\(name)" } ?? locator.buildFolder(name)
    }

    /// How the data set is named on a command line.
    var reference: String {
        guard let root else { return name }
        let path = (root as NSString).appendingPathComponent(name)
        return path.contains("/") && root != "." ? path : "./\(name)"
    }
}

/// A data set that exists.
struct KnownDatasetOptions: ParsableArguments {
    @Argument(help: "A name, or the path of a folder with a dataset.json.") var dataset: String

    /// Opens the data set, and generates it first where only its description exists.
    func open() throws -> TokenDataset {
        let line = ProgressLine()
        defer { line.clear() }
        return try DatasetLocator.standard(embedded: EmbeddedFiles.datasets).prepare(dataset) { share in
            try line.show("making data set \(dataset)", share: share)
        }
    }
}

/// The progress of work that can be stopped between two steps and then leaves nothing half-done.
struct ProgressLine {
    private let line = LiveLine(isQuiet: false)
    private let stop = StopRequest.listenToSignals()
    private let began = ContinuousClock.now

    /// - Throws: `ExitCode(75)` once a signal has asked for the end.
    func show(_ text: String, share: Double? = nil) throws {
        guard !stop.isRequested else {
            line.clear()
            LiveLine.print("Stopped; nothing was kept. The same command starts again.")
            throw ExitCode(StopRequest.exitStatus)
        }
        guard line.isShown else { return }
        guard let share, share > 0 else { return line.show(text) }
        let left = began.duration(to: .now).seconds * (1 - share) / share
        line.show("\(text): \(Int(100 * share)) %, \(Quantity.duration(left)) left")
    }

    func clear() { line.clear() }
}

/// Prints a result as JSON, keys sorted, as `compare` does.
func printJSON(_ value: some Encodable) throws {
    try StandardOutput.write(try JSONDocument.pretty(value))
}
