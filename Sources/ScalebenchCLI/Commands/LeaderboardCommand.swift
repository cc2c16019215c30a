// `scalebench leaderboard`: ranks every candidate that was ever compared. Comparison/Leaderboard does the work.

import ArgumentParser
import Comparison
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct LeaderboardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaderboard",
        abstract: "Rank every candidate that was compared, suite by suite.",
        discussion: """
            Every `compare` records its candidates; this command ranks them by their expected loss at the suite's \
            target. Candidates that cannot be told apart share a rank. There is one board per suite, version, content \
            and data set. Nothing is trained. Baselines of the same boards are rows like the others and are marked in \
            the column of runs; with --suite, a board may consist of baselines alone.

            Examples:
              scalebench leaderboard
              scalebench leaderboard --suite lr-rule --reference constant
              scalebench leaderboard --format markdown >> "$GITHUB_STEP_SUMMARY"
              scalebench leaderboard --format json | jq '.leaderboards[].ranking[0]'
              scalebench leaderboard --format csv > leaderboard.csv

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, markdown, json, csv }

    @Option(help: "Only boards of this suite.") var suite: String?
    @Option(help: "table, markdown, json or csv.") var format = Format.table
    @Option(help: "The candidate that gaps and compute multipliers refer to; default: the first recorded.")
    var reference: String?
    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot

    func run() throws {
        let stored = (try? RunStore.existing(root: store)).flatMap { StoredDocuments($0) }
        if let known = stored?.document(name(of: format)) { return try StandardOutput.write(known) }
        let boards = try storedBoards(stored) ?? rankedBoards(stored)
        try StandardOutput.write(boards.output)
        if boards.isWhole { stored?.keep(boards.output, as: name(of: format)) }
    }

    /// The boards in the wanted format.
    private func output(_ boards: [Leaderboard]) throws -> Data {
        switch format {
        case .table: Data(LeaderboardReport.text(boards).utf8)
        case .markdown: Data(LeaderboardReport.markdown(boards).utf8)
        case .csv: Data(LeaderboardReport.csv(boards).utf8)
        case .json: try JSONDocument.pretty(LeaderboardDocument(leaderboards: boards))
        }
    }

    /// The boards that an earlier command has ranked in this state of the store; nil where none has.
    private func storedBoards(_ stored: StoredDocuments?) throws -> (output: Data, isWhole: Bool)? {
        guard let known = stored?.document(name(of: .json)),
            let document = try? JSONInput.decode(LeaderboardDocument.self, from: known)
        else { return nil }
        return (try output(document.leaderboards), true)
    }

    /// The boards, ranked now. They are kept as JSON, from which the other formats are made.
    private func rankedBoards(_ stored: StoredDocuments?) throws -> (output: Data, isWhole: Bool) {
        let source = try BoardSource(store: store, suite: suite)
        let (boards, isWhole) = try leaderboards(source)
        // Warnings are to be said every time.
        let isKept = isWhole && !source.hasWarned
        if isKept, format != .json, let stored {
            stored.keep(try JSONDocument.pretty(LeaderboardDocument(leaderboards: boards)), as: name(of: .json))
        }
        return (try output(boards), isKept)
    }

    /// A name for what is kept, different for different options.
    private func name(of format: Format) -> String {
        let options = [suite, reference].map { $0.map(JSONValue.string) ?? .null }
        return JSONValue.array([.string("leaderboard"), .string(format.rawValue)] + options).canonicalText
    }

    /// The boards, by suite name and then the newest version first, and whether all of them could be ranked.
    private func leaderboards(_ source: BoardSource) throws -> (boards: [Leaderboard], isWhole: Bool) {
        let groups = try filtered(source.records).boards
        let wanted = reference.map { name in groups.filter { $0.contains { $0.candidate.isNamed(name) } } } ?? groups
        let all = wanted.isEmpty ? groups : wanted
        let boards = try Self.good(all) { group in try source.leaderboard(group, reference: reference) }
        return (boards, boards.count == all.count)
    }

    /// The boards that can be ranked. What keeps others from it is printed as a warning, so that one of them never hides the
    /// rest.
    /// - Throws: the first error where no board can be ranked.
    private static func good(
        _ groups: [[CandidateRecord]], _ rank: ([CandidateRecord]) throws -> Leaderboard
    ) throws -> [Leaderboard] {
        var boards: [Leaderboard] = [], errors: [ScalebenchError] = []
        for group in groups {
            do {
                boards.append(try rank(group))
            } catch var error as ScalebenchError {
                error.message = "the board of suite \(group[0].suite.name) cannot be ranked: \(error.message)"
                errors.append(error)
            }
        }
        if boards.isEmpty, let error = errors.first { throw error }
        StoreOptions.warn(errors)
        return boards
    }

    private func filtered(_ entries: [CandidateRecord]) throws -> [CandidateRecord] {
        guard !entries.isEmpty else {
            throw ScalebenchError(
                .notFound, "no candidate has been compared in this store yet", at: store,
                hint: "run `scalebench compare`; in a store of an earlier version, repeat its compare commands")
        }
        guard let suite else { return entries }
        let chosen = entries.filter { $0.suite.name == suite }
        let names = Set(entries.map(\.suite.name)).sorted()
        guard !chosen.isEmpty else {
            throw ScalebenchError(
                .notFound, "no candidate has been compared in suite \"\(suite)\"", at: store,
                hint: NearestName.hint(suite, among: names, otherwise: "suites here: \(names.joined(separator: ", "))"))
        }
        return chosen
    }
}

extension CandidateRuns {
    /// Whether `text` is the name, alone or with `#` and the start of the recipe.
    fileprivate func isNamed(_ text: String) -> Bool { text == name || text == "\(name)#\(recipe.prefix(8))" }
}
