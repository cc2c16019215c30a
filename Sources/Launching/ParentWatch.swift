// The child's side of "children do not outlive their parent".

import Foundation
package import ScalebenchCore

/// Notices that the launcher has gone, whatever ended it.
package enum ParentWatch {
    /// Set in the environment of a child whose standard input is the launcher's pipe.
    static let variable = "SCALEBENCH_LAUNCHED"

    /// In a process that a `LocalLauncher` started: requests a stop as soon as the launcher has gone. Elsewhere (by
    /// hand, under a scheduler) does nothing.
    package static func begin(stop: StopRequest) {
        guard ProcessInfo.processInfo.environment[variable] == "1" else { return }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            stop.request()
        }
    }
}
