// The child's side of the launcher's connection: children do not outlive their parent, and they are told of cores that
// have become free.

import Foundation
package import ScalebenchCore

/// Notices that the launcher has gone, whatever ended it.
package enum ParentWatch {
    /// The variable that is set in the environment of a child whose standard input is the launcher's connection.
    static let variable = "SCALEBENCH_LAUNCHED"
    /// In a process that a `LocalLauncher` started: requests a stop as soon as the launcher has gone, and takes every
    /// byte that it sends for one core more. Elsewhere (by hand, under a scheduler) it does nothing.
    /// - Parameters:
    ///   - gracePeriod: seconds that the run has to checkpoint after its launcher has gone.
    ///   - end: ends the process; called where it is still there after that time.
    package static func begin(
        stop: StopRequest, cores: CoreAllowance, gracePeriod: Double = 30, end: @escaping @Sendable () -> Void
    ) {
        guard ProcessInfo.processInfo.environment[variable] == "1" else { return }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 1 { cores.grow() }
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            stop.request()
            // A worker that hangs, or whose step takes longer than this, ends without a checkpoint.
            Thread.sleep(forTimeInterval: gracePeriod)
            end()
        }
    }
}
