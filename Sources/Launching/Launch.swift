// One use of a scheduler: a folder of the store's `launches` that holds the launcher file with which jobs are asked for and
// cancelled later, and what the scheduler was given.

import Foundation
import ScalebenchCore

package struct Launch: Sendable {
    /// A time, so that the folders sort, and a part that no other launch has.
    let name: String
    private let launches: String
    private let config: LauncherConfig

    package init(_ config: LauncherConfig, in launches: String) {
        self.config = config
        self.launches = launches
        let time = Date.now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted)).replacing("Z", with: "")
        name = "\(time)-\(UUID().uuidString.prefix(8).lowercased())"
    }

    /// Writes the launcher file; a later call changes nothing.
    func write() throws {
        try AtomicFile.makeFolder("\(launches)/\(name)")
        try AtomicFile.write(try JSONDocument.pretty(config.document), to: Self.file(name, in: launches))
    }

    /// The scheduler of an earlier launch.
    /// - Throws: `notFound` or `invalidInput` where its launcher file is gone or damaged.
    static func scheduler(_ name: String, in launches: String) throws -> (any Scheduler)? {
        switch try LauncherConfig(try ConfigReader.open(file(name, in: launches))).kind {
        case .slurm(let config): SlurmScheduler(config, program: "", launches: launches)
        case .command(let config): CommandScheduler(config, program: "")
        case .local, .prepare: nil
        }
    }

    private static func file(_ name: String, in launches: String) -> String { "\(launches)/\(name)/launcher.json" }
}
