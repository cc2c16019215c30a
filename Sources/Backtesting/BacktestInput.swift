// The input of a backtest: tables of ladders, curves and final losses, or a store's own comparisons.

import Comparison
import Foundation
package import ScalebenchCore
import TokenData

/// Everything that can be scored.
package struct BacktestInput {
    /// The decisions to score.
    package private(set) var decisions: [DecisionCase] = []
    private(set) var levels: [LevelCase] = []
    private(set) var sweeps: [SweepQuestion] = []
    private(set) var stagedPairs: [StagedPair] = []
    private(set) var curves = CurveBacktest(CurveTable())
    private(set) var replicates: [ReplicatedLadder] = []
    private var seen: Set<String> = []

    /// The finished comparisons of a store.
    /// - Parameters:
    ///   - candidates: the candidate records of the store.
    ///   - runs: the records of these candidates' runs, as far as there are any.
    package init(_ candidates: [CandidateRecord], runs: [RunID: RunRecord]) {
        let own = OwnLadders(candidates, records: runs)
        decisions = own.decisions
        levels = own.levels
        replicates = own.replicates
        curves = CurveBacktest(own)
    }

    /// The tables at some paths.
    /// - Parameter paths: CSV files, plain or compressed, or folders with such files.
    /// - Throws: `invalidInput` for a table that has nothing to score, `notFound` for a folder without tables.
    package init(_ paths: [String]) throws {
        var final = SeedTable(), curves = CurveTable()
        for path in paths {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            guard isFolder.boolValue else {
                try read(path, &final, &curves)
                continue
            }
            let files = try Self.files(in: path)
            guard !files.isEmpty else {
                throw ScalebenchError(
                    .notFound, "no ladders.csv, curves.csv or ladder.csv in this folder", at: path,
                    hint: "name the file itself, or add one of these; .gz and .zst are read too")
            }
            for file in files { try read(file, &final, &curves) }
        }
        replicates = final.ladders
        self.curves = CurveBacktest(curves)
    }

    private static func files(in folder: String) throws -> [String] {
        let inside = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
        return ([folder] + inside).flatMap { place in
            ["ladders.csv", "curves.csv", "ladder.csv"].compactMap { name in
                ["", ".gz", ".zst"].map { "\(place)/\(name)\($0)" }.first(where: FileManager.default.fileExists)
            }
        }
    }

    /// The settings of the candidates of a table, from the folder that it lies in; nil where there are none.
    private static func settings(beside file: String) throws -> SettingsTable? {
        let folder = URL(filePath: file).deletingLastPathComponent().path
        guard
            let path = ["", ".gz", ".zst"].map({ "\(folder)/settings.csv\($0)" }).first(
                where: FileManager.default.fileExists)
        else { return nil }
        return try SettingsTable(try DelimitedText(try ByteSource.readAll(path), file: path), file: path)
    }

    private mutating func read(_ file: String, _ final: inout SeedTable, _ curves: inout CurveTable) throws {
        // A file named twice would count twice.
        guard seen.insert(URL(filePath: file).standardizedFileURL.path).inserted else { return }
        let table = try LossTable(try ByteSource.readAll(file), file: file)
        if SeedTable.describes(table) {
            try final.add(table)
            return
        }
        if CurveTable.describes(table) {
            try curves.add(table)
            return
        }
        guard table.has(.scale) else {
            throw ScalebenchError(
                .invalidInput, "neither ladders nor curves", at: "\(file):1",
                hint:
                    "ladders have source,ladder,candidate,scale,loss; curves have loss and step or tokens; final losses "
                    + "have candidate,loss,metric; found: \(table.columnNames)")
        }
        try final.add(table)
        let ladders = try DecisionLadders(table)
        levels += ladders.levels()
        stagedPairs += ladders.stagedPairs()
        if let settings = try Self.settings(beside: file) { sweeps += ladders.sweeps(settings) }
        let list = "\(URL(filePath: file).deletingLastPathComponent().path)/decisions.csv"
        let isInFolder = URL(filePath: file).lastPathComponent.hasPrefix("ladders.csv")
        decisions +=
            isInFolder && FileManager.default.fileExists(atPath: list)
            ? try ladders.cases(listedIn: try DelimitedText(try ByteSource.readAll(list), file: list), file: list)
            : ladders.cases()
    }
}
