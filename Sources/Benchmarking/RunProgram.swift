// Finds the program that carries out single runs as child processes: `scalebench run FOLDER`.

import Foundation
import ScalebenchCore

enum RunProgram {
    private static let name = "scalebench"

    /// The path of the program.
    /// - Parameter explicit: the path that the request names; nil where it names none.
    /// - Throws: `notFound` where it is neither beside this program nor on the search path.
    static func find(_ explicit: String?) throws -> String {
        if let explicit { return explicit }
        let own = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = [own].compactMap { $0 } + path.split(separator: ":").map(String.init)
        guard let found = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.isExecutableFile) else {
            throw ScalebenchError(
                .notFound, "the program \(name), which carries out runs, was not found",
                hint: "put it beside this program or on the search path, or set ComparisonRequest.program")
        }
        return found
    }
}
