// Where runs are carried out: the file that `--launcher` names.
//
//   {"type": "local"}                       processes of this machine
//   {"type": "slurm", "partition": "gpu", "time": "4:00:00", "gpus": 1, "classes": [{"rungs": ["target"], "gpus": 8}]}
//   {"type": "command", "submit": […], "status": […], "cancel": […]}
//   {"type": "prepare"}                     writes the folders of the runs and starts nothing

import Foundation
package import ScalebenchCore

/// How the runs of a comparison are carried out.
package struct LauncherConfig: Sendable {
    package let kind: Kind
    /// The object of the file.
    let document: JSONValue

    package enum Kind: Sendable {
        case local
        case slurm(SlurmConfig)
        case command(CommandConfig)
        case prepare
    }

    private enum Name: String, CaseIterable { case local, slurm, command, prepare }

    /// The launcher that carries out runs as processes of this machine.
    package static let local = LauncherConfig(kind: .local, document: .object(["type": .string("local")]))

    /// The environment variable that names a launcher where neither the command line nor the suite does.
    package static let environmentKey = "SCALEBENCH_LAUNCHER"

    /// - Parameter argument: a file, or the name of a launcher that needs none: `local`, `slurm` or `prepare`.
    /// - Throws: `invalidInput` or `notFound` with file and JSON path.
    package static func open(_ argument: String) throws -> LauncherConfig {
        if let name = Name(rawValue: argument), name != .command {
            return try LauncherConfig(
                try ConfigReader(.object(["type": .string(argument)]), file: "--launcher \(argument)"))
        }
        do {
            return try LauncherConfig(try ConfigReader.open(argument))
        } catch let error as ScalebenchError where error.code == .notFound {
            throw ScalebenchError(
                .notFound, "no such launcher", at: argument, hint: "name a file, or one of: local, slurm, prepare")
        }
    }

    private init(kind: Kind, document: JSONValue) {
        self.kind = kind
        self.document = document
    }

    package init(_ reader: ConfigReader) throws {
        document = reader.document
        let name: Name = try reader.choice("type")
        switch name {
        case .local: kind = .local
        case .slurm: kind = .slurm(try SlurmConfig(reader))
        case .command: kind = .command(try CommandConfig(reader))
        case .prepare: kind = .prepare
        }
        try reader.finish()
    }

    /// - Parameter names: what the rungs of the comparison may be called.
    /// - Throws: `invalidInput` for a class of resources that names none of them.
    package func check(rungs names: [String]) throws {
        let resources: ResourceRules? =
            switch kind {
            case .slurm(let config): config.resources
            case .command(let config): config.resources
            case .local, .prepare: nil
            }
        try resources?.check(rungs: names)
    }
}

/// The choices that all schedulers share.
package struct SchedulerOptions: Sendable, Equatable {
    /// `scalebench` as the machines of the scheduler find it; nil for the path of this program.
    package var program: String?
    /// The command returns once the jobs are submitted.
    package var isDetached: Bool
    /// Seconds between two questions to the scheduler.
    package var pollSeconds: Double
    /// Seconds after which a job that the scheduler does not list counts as gone: files and lists may arrive late.
    package var settleSeconds: Double
    /// Jobs at once; nil for no limit.
    package var maxParallel: Int?

    init(_ reader: ConfigReader) throws {
        program = reader.has("program") ? try reader.string("program") : nil
        isDetached = try reader.bool("detach", default: false)
        pollSeconds = try reader.number("pollSeconds", in: 0.05...3600, default: 10)
        settleSeconds = try reader.number("settleSeconds", in: 0...3600, default: 30)
        maxParallel = reader.has("maxParallel") ? try reader.integer("maxParallel", in: 1...100_000) : nil
    }
}
