// A trainer that is not ours: any program that reads a job and appends events (Suites/examples/README.md). Everything
// about it that decides the numbers is part of every run's identity; its place on this machine is not.

import Foundation

/// The part of an external trainer that decides the numbers.
package struct CommandTrainer: Codable, Sendable, Hashable {
    /// Program and arguments, with unfilled placeholders. An absolute path is cut to its last component, so that a run
    /// keeps its name on another machine.
    package var command: [String]
    /// SHA-256 of every file of the candidate's folder that the command or `files` names, by the name used there.
    package var files: [String: String]
    /// The user raises it when the trainer changes in a way that its files do not show.
    package var version: String
    /// Settings for the trainer; any JSON.
    package var settings: JSONValue
}

/// How an external trainer is started on this machine.
package struct TrainerLaunch: Codable, Sendable, Hashable {
    /// Program and arguments as the candidate has them.
    package var command: [String]
    /// The absolute path of the candidate's folder, in which the program is started.
    package var folder: String
    /// Seconds without a new event or a byte of output after which the trainer counts as hung.
    package var silenceTimeout: Double
    /// Seconds that the trainer has to end after a request to stop, before it is killed.
    package var stopTimeout: Double
    /// Whether the candidate states the version of its trainer; nil where it does not.
    package var statesVersion: Bool?
}

extension TrainerLaunch {
    /// Placeholders in a command: for the job, for the file of events, and for the trainer's own folder.
    package enum Placeholder: String, CaseIterable {
        case spec = "{spec}"
        case events = "{events}"
        case folder = "{folder}"
    }

    /// The command with its placeholders filled.
    package func command(in run: RunFolder, session: Int) -> [String] {
        command.map { argument in
            // In one pass, because a path may itself hold what looks like a placeholder.
            argument.replacing(/\{\w+\}/) { match in
                switch Placeholder(rawValue: String(match.output)) {
                case .spec: run.job
                case .events: run.trainerEvents(session: session)
                case .folder: run.trainerFolder
                case nil: String(match.output)
                }
            }
        }
    }

    /// - Throws: `runFailed` where a file is no longer the one that the run was planned with.
    package func verify(_ trainer: CommandTrainer) throws {
        for (name, expected) in trainer.files.sorted(by: { $0.key < $1.key }) {
            let path = CommandTrainer.path(name, in: folder)
            guard try ContentHash.sha256(file: path) == expected else {
                throw ScalebenchError(
                    .runFailed, "the trainer's file has changed since the comparison was planned", at: path,
                    hint: "start the comparison again: a changed trainer gives runs of its own")
            }
        }
    }
}

// MARK: - Reading

extension CommandTrainer {
    /// Reads the `trainer` object of a candidate file that lies in `folder`.
    static func read(_ reader: ConfigReader, folder: String?) throws -> (CommandTrainer, TrainerLaunch) {
        let command = try reader.strings("command")
        let named = try reader.strings("files", default: [])
        let version = try reader.string("version", default: "1")
        let settings = reader.value("settings") ?? .object([:])
        let silenceTimeout = try reader.number("silenceTimeout", in: 0.1...1e7, default: 600)
        let stopTimeout = try reader.number("stopTimeout", in: 0.1...1e7, default: 60)
        guard let program = command.first, !program.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the command is empty", at: reader.location(of: "command"),
                hint:
                    #"name a program and its arguments: ["python3", "train.py", "--spec", "{spec}", "--out", "{events}"]"#
            )
        }
        guard !command.contains(where: { $0.contains("\0") }), (1...100).contains(version.count), settings.isFinite
        else {
            throw ScalebenchError(
                .invalidInput, "a version of 1 to 100 characters, finite numbers and no NUL characters were expected",
                at: reader.location())
        }
        for argument in command {
            for match in argument.matches(of: /\{\w+\}/)
            where TrainerLaunch.Placeholder(rawValue: String(match.0)) == nil {
                let known = TrainerLaunch.Placeholder.allCases.map(\.rawValue)
                throw ScalebenchError(
                    .invalidInput, "unknown placeholder \(match.0)", at: reader.location(of: "command"),
                    hint: NearestName.hint(
                        String(match.0), among: known, otherwise: "use one of: \(known.joined(separator: ", "))"))
            }
        }
        guard let folder else {
            throw ScalebenchError(
                .invalidInput, "an external trainer needs a candidate file on disk", at: reader.location(),
                hint: "copy the candidate to a file beside the trainer")
        }
        let absolute = URL(fileURLWithPath: folder).standardizedFileURL.path
        let arguments = command.filter { !$0.hasPrefix("/") && isFile(path($0, in: absolute)) }
        var files: [String: String] = [:]
        let finder = TrainerFiles(folder: absolute, place: reader.location(of: "files"))
        for name in try arguments + finder.expand(named) {
            files[name] = try ContentHash.sha256(file: path(name, in: absolute))
        }
        let portable = command.map { $0.hasPrefix("/") ? ($0 as NSString).lastPathComponent : $0 }
        return (
            CommandTrainer(command: portable, files: files, version: version, settings: settings),
            TrainerLaunch(
                command: command, folder: absolute, silenceTimeout: silenceTimeout, stopTimeout: stopTimeout,
                statesVersion: reader.has("version") ? true : nil)
        )
    }

    fileprivate static func path(_ name: String, in folder: String) -> String { "\(folder)/\(name)" }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

extension JSONValue {
    /// Whether every number in it is one that JSON can write.
    fileprivate var isFinite: Bool {
        switch self {
        case .number(let value): value.isFinite
        case .array(let values): values.allSatisfy(\.isFinite)
        case .object(let fields): fields.values.allSatisfy(\.isFinite)
        case .null, .bool, .integer, .string: true
        }
    }
}
