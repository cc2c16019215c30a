// What can be seen of an external trainer from outside, for whoever examines one.

package import ScalebenchCore

/// A sign of an external trainer.
package enum TrainerSign: Sendable {
    /// It appended this event, which was checked and found right.
    case event(RunEvent)
    /// Its program ended by itself with this exit status.
    case exited(status: Int32)
    /// Its program was ended by this signal, which scalebench did not send.
    case killed(signal: Int32)
}
