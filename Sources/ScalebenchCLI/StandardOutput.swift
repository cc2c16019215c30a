// What a command prints as its result.

import Foundation
import ScalebenchCore

/// Standard output, which may be a full disk or a closed pipe.
enum StandardOutput {
    /// - Throws: `inputOutput` where it cannot all be written.
    static func write(_ data: Data) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw unwritable(errno)
        }
    }

    /// Writes what was printed and is still held in memory, at the end of a program that succeeded.
    /// - Throws: `inputOutput` where it cannot all be written.
    static func flush() throws {
        guard fflush(nil) == 0 else { throw unwritable(errno) }
    }

    private static func unwritable(_ code: Int32) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "the result cannot be written", at: "standard output",
            hint: "check that the disk has space; the same command gives the same result again",
            cause: String(cString: strerror(code)))
    }
}
