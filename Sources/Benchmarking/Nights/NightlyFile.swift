// What a nightly job compares: the file that `scalebench nightly` is given. Paths in it start at its folder.
//
//   { "name": "main", "store": "store", "falseAlarmsPerMonth": 0.05,
//     "questions": [
//       { "suite": "lr-rule", "candidates": ["base.json", "new.json"], "freshSeeds": true, "budget": "20m" } ] }

package import Comparison
import Foundation
package import RunStore
import ScalebenchCore

/// The questions of a nightly job.
package struct NightlyFile: Sendable {
    /// The name under which the nights are remembered.
    package var name: String
    /// The folder that keeps every run.
    package var store: String
    /// The folder that gets a folder of summaries for every night.
    package var output: String
    /// The probability that thirty nights without a change raise any alarm, all questions and candidates together.
    package var falseAlarmsPerMonth: Double
    /// The outcomes on which the command ends with status 3.
    package var failsOn: [Outcome]
    /// Where runs are carried out, as in `--launcher`; nil for the default.
    package var launcher: String?
    package var questions: [Question]

    /// How many candidates are followed through the nights, all questions together: all but the references.
    var followedCandidates: Int { questions.reduce(0) { $0 + $1.candidates.count - 1 } }

    /// An outcome of a question that somebody should look at.
    package enum Outcome: String, CaseIterable, Sendable {
        case regression, worseThanReference, unresolved, crossoverRisk
    }

    /// One suite with its candidates.
    package struct Question: Sendable {
        package var suite: String
        package var dataset: String?
        /// The first is the reference, which is trained once.
        package var candidates: [String]
        /// Whether every night trains the candidates with seeds that they have not been trained with.
        package var usesFreshSeeds: Bool
        package var budget: Budget?
        package var trainsTarget: Bool
        /// Nights before this day do not count, for example because a change was meant.
        package var since: String?
    }
}

extension NightlyFile {
    package static func open(_ path: String) throws -> NightlyFile {
        let reader = try ConfigReader.open(path)
        let file = URL(fileURLWithPath: path)
        return try NightlyFile(
            reader, folder: file.deletingLastPathComponent().path,
            defaultName: file.deletingPathExtension().lastPathComponent)
    }

    private init(_ reader: ConfigReader, folder: String, defaultName: String) throws {
        let path = { (text: String) in text.hasPrefix("/") ? text : "\(folder)/\(text)" }
        name = try reader.string("name", default: defaultName)
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) }), name.first != "."
        else {
            throw ScalebenchError(
                .invalidInput, "the name cannot be that of a folder", at: reader.location(of: "name"),
                hint: "use letters, digits, dots, dashes and underscores")
        }
        store = path(try reader.string("store", default: ".scalebench"))
        output = path(try reader.string("output", default: "nights"))
        falseAlarmsPerMonth = try reader.number("falseAlarmsPerMonth", in: 0.0001...0.5, default: 0.05)
        failsOn = try reader.strings("failOn", default: [Outcome.regression.rawValue]).map { word in
            if let outcome = Outcome(rawValue: word) { return outcome }
            let valid = Outcome.allCases.map(\.rawValue)
            throw ScalebenchError(
                .invalidInput, "unknown outcome \"\(word)\"", at: reader.location(of: "failOn"),
                hint: NearestName.hint(word, among: valid, otherwise: "use \(valid.joined(separator: ", "))"))
        }
        launcher = reader.has("launcher") ? try reader.string("launcher") : nil
        if let named = launcher, named.contains(".") { launcher = path(named) }
        questions = try reader.objects("questions").map { try Question($0, path) }
        try reader.finish()
        try checkLines(reader)
    }

    /// The losses of one candidate in one suite are followed through the nights under these two names.
    private func checkLines(_ reader: ConfigReader) throws {
        var seen: Set<String> = []
        for (index, question) in questions.enumerated() where !seen.insert(question.suite).inserted {
            throw ScalebenchError(
                .invalidInput, "suite \(question.suite) is asked twice", at: reader.location(of: "questions[\(index)]"),
                hint: "put its candidates into one question, or into a nightly file of their own")
        }
    }
}

extension NightlyFile.Question {
    fileprivate init(_ reader: ConfigReader, _ path: (String) -> String) throws {
        suite = try reader.string("suite")
        if suite.contains("/") { suite = path(suite) }
        dataset = reader.has("dataset") ? try reader.string("dataset") : nil
        if let named = dataset, named.contains("/") { dataset = path(named) }
        candidates = try reader.strings("candidates").map { $0.contains(".json") || $0.contains("/") ? path($0) : $0 }
        guard candidates.count >= 2 else {
            throw ScalebenchError(
                .invalidInput, "a reference and at least one candidate are needed",
                at: reader.location(of: "candidates"),
                hint: "name two files, or candidates of the suite; the first is the reference")
        }
        usesFreshSeeds = try reader.bool("freshSeeds", default: false)
        budget = try reader.has("budget") ? Self.budget(reader) : nil
        trainsTarget = try reader.bool("trainsTarget", default: false)
        since =
            try reader.has("since") ? NightDate.checked(try reader.string("since"), reader.location(of: "since")) : nil
        try reader.finish()
    }

    private static func budget(_ reader: ConfigReader) throws -> Budget {
        let text = try reader.string("budget")
        guard let budget = Budget(text) else {
            throw ScalebenchError(
                .invalidInput, "\"\(text)\" is not a budget", at: reader.location(of: "budget"),
                hint: "write wall time such as 90m or 2h, or FLOPs such as 3e15")
        }
        return budget
    }
}

/// The days that nights are named by.
package enum NightDate {
    /// Today in the time zone of this machine: `2026-11-28`.
    package static var today: String {
        Date.now.formatted(Date.ISO8601FormatStyle(timeZone: .current).year().month().day())
    }

    /// The day that `text` names.
    /// - Throws: `invalidInput` for anything that is not a day of the calendar.
    package static func checked(_ text: String, _ place: String) throws -> String {
        let style = Date.ISO8601FormatStyle().year().month().day()
        guard let date = try? style.parse(text), date.formatted(style) == text else {
            throw ScalebenchError(.invalidInput, "\"\(text)\" is not a day", at: place, hint: "write it as 2026-11-28")
        }
        return text
    }
}

extension NightlyFile.Outcome {
    /// Whether a night has this outcome.
    package func isMet(_ record: HistoryRecord) -> Bool {
        switch self {
        case .regression: record.night?.lines.contains { $0.regression != nil } ?? false
        case .worseThanReference: record.pairs.contains { $0.verdict == .aBetter }
        case .unresolved: record.pairs.contains { $0.verdict == .unresolved }
        case .crossoverRisk: record.pairs.contains { $0.verdict == .crossoverRisk }
        }
    }
}
