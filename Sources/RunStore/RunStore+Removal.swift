// Removing runs from a store. A run that is at work is never removed, and the history keeps what was said of the others.

import Foundation
package import ScalebenchCore

extension RunStore {
    /// Removes a run with all its files. After a kill in the middle, what is left is no run any more, and `doctor` names it.
    /// - Returns: whether it was removed; false where a process is at work on it, or there is no such run.
    package func remove(_ id: RunID) throws -> Bool {
        let folder = folder(of: id)
        guard isPrepared(id.rawValue) else { return false }
        let descriptor = Foundation.open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw unremovable(folder.path, errno) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        // Without its job it is not a run; the rest may then go in any order.
        guard unlink(folder.job) == 0 else { throw unremovable(folder.job, errno) }
        do {
            try FileManager.default.removeItem(atPath: folder.path)
        } catch {
            throw ScalebenchError(
                .inputOutput, "cannot be removed", at: folder.path, hint: "remove the folder by hand",
                cause: error.systemWords)
        }
        return true
    }

    /// Removes the records of candidates that have no run left.
    /// - Returns: how many were removed.
    package func removeEmptyCandidateRecords() -> Int {
        candidateRecordFiles().count { file in
            guard let record = try? Self.open(file),
                !record.candidate.runIDs.contains(where: { isPrepared($0.rawValue) })
            else { return false }
            return unlink(file) == 0
        }
    }

    private func unremovable(_ path: String, _ code: Int32) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "cannot be removed", at: path, hint: "check the permissions of the store",
            cause: String(cString: strerror(code)))
    }
}
