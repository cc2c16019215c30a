// The jobs in which a scheduler carries out a run, one after the other. Files in the folder of the run say what became of
// them, so that a comparison that was killed, and another one on another machine, follow a job instead of submitting it
// again. Layout:
//
//   submissions/3.json       who submitted the third job and what the scheduler calls it (RunSubmission)
//   submissions/3.started    the job has begun
//   submissions/3.ended      how `scalebench run` ended in it (RunSubmission.End)
//   submissions/3.told       a comparison has told of a bad end
//   submissions/3.stop       the job was asked to end and not to begin again
//
// A job is claimed before it is submitted, by making its file, which only one process can do. Two jobs of one run do no
// harm in any case: the second one waits for the lock of the run and then finds it finished.

import Foundation

/// One job of a run, as the process that submitted it describes it.
package struct RunSubmission: Codable, Sendable, Hashable {
    /// 1 for the first job of a run.
    package var number: Int
    /// The launch that submitted it: a folder of the store's `launches`.
    package var launch: String
    /// What the scheduler calls the job; nil until it has said so.
    package var job: String?
    /// The process that submitted the job, and its machine.
    package var process: Int32
    package var host: String
    /// Seconds since 1970.
    package var time: Double
    /// The newest checkpoint of the run when the job was submitted; nil where there was none.
    package var checkpointStep: Int?

    /// How `scalebench run` ended in a job.
    package struct End: Codable, Sendable, Equatable {
        package var exitStatus: Int32
        /// The error of a run that failed.
        package var reason: String?

        package init(exitStatus: Int32, reason: String? = nil) {
            self.exitStatus = exitStatus
            self.reason = reason
        }
    }
}

extension RunSubmission {
    /// The number of the newest job of a run; 0 where it has none.
    package static func newestNumber(in folder: RunFolder) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.submissions)) ?? []
        return names.compactMap { $0.hasSuffix(".json") ? Int($0.dropLast(5)) : nil }.max() ?? 0
    }

    /// The newest job of a run; nil where it has none, or where its file cannot be read.
    package static func newest(in folder: RunFolder) -> RunSubmission? { read(newestNumber(in: folder), in: folder) }

    private static func read(_ number: Int, in folder: RunFolder) -> RunSubmission? {
        guard number > 0, let data = try? InputFile.read(file(number, in: folder)) else { return nil }
        return try? JSONInput.decode(RunSubmission.self, from: data)
    }

    /// The number of the newest jobs in a row that were submitted when the run had this checkpoint, the newest one it has, and
    /// of which nobody was told that they ended badly: all of them, and those that had begun.
    package static func idleJobs(
        in folder: RunFolder, at checkpointStep: Int?
    ) -> (all: Int, started: Int) {
        var number = newestNumber(in: folder), all = 0, started = 0
        while let job = read(number, in: folder), !job.isTold(in: folder), job.checkpointStep == checkpointStep {
            all += 1
            if job.hasStarted(in: folder) { started += 1 }
            number -= 1
        }
        return (all, started)
    }

    /// Claims the next job of a run for a launch of this process.
    /// - Parameter newest: the number of the newest job that is known to be over; 0 for none.
    /// - Returns: nil where another process has claimed it.
    package static func claim(
        _ folder: RunFolder, after newest: Int, launch: String, checkpointStep: Int?
    ) throws -> RunSubmission? {
        let claim = RunSubmission(
            number: newest + 1, launch: launch, process: ProcessInfo.processInfo.processIdentifier,
            host: MachineFacts.hostName, time: Date.now.timeIntervalSince1970, checkpointStep: checkpointStep)
        try AtomicFile.makeFolder(folder.submissions)
        let temporary = "\(folder.submissions)/claim-\(UUID().uuidString)"
        try AtomicFile.write(try JSONDocument.line(claim), to: temporary)
        defer { unlink(temporary) }
        // Making a link fails where the name is taken, on network file systems too.
        guard link(temporary, file(claim.number, in: folder)) == 0 else {
            let code = errno
            if code == EEXIST { return nil }
            throw ScalebenchError(
                .inputOutput, "a job cannot be claimed", at: folder.submissions, cause: String(cString: strerror(code)))
        }
        return claim
    }

    /// Writes what the scheduler calls the job.
    package func save(in folder: RunFolder) throws {
        try AtomicFile.write(try JSONDocument.line(self), to: Self.file(number, in: folder))
    }

    /// Takes back a claim for which no job was submitted.
    package func withdraw(in folder: RunFolder) { unlink(Self.file(number, in: folder)) }

    /// Whether the process that submitted the job can still say what the scheduler calls it. Of another machine nothing is
    /// known, so that an old claim counts as given up.
    package var isBeingSubmitted: Bool {
        guard job == nil else { return false }
        if host == MachineFacts.hostName { return kill(process, 0) == 0 || errno == EPERM }
        return Date.now.timeIntervalSince1970 - time < Self.longestSubmission
    }

    /// Seconds that a scheduler takes at most to accept a job.
    private static let longestSubmission = 120.0

    private static func file(_ number: Int, in folder: RunFolder) -> String { "\(folder.submissions)/\(number).json" }
}

// MARK: - What becomes of a job

extension RunSubmission {
    private static func mark(_ number: Int, _ name: String, _ folder: RunFolder) -> String {
        "\(folder.submissions)/\(number).\(name)"
    }

    package func hasStarted(in folder: RunFolder) -> Bool { access(Self.mark(number, "started", folder), F_OK) == 0 }

    /// How the job ended; nil while it goes on, and where it was killed.
    package func end(in folder: RunFolder) -> End? {
        guard let data = try? InputFile.read(Self.mark(number, "ended", folder)) else { return nil }
        return try? JSONInput.decode(End.self, from: data)
    }

    /// Whether a comparison has told a person that the job ended badly. Otherwise the next one does.
    package func isTold(in folder: RunFolder) -> Bool { access(Self.mark(number, "told", folder), F_OK) == 0 }

    package func noteTold(in folder: RunFolder) {
        // Where the store has become read-only, it is told once more.
        try? AtomicFile.write(Data(), to: Self.mark(number, "told", folder))
    }

    /// Whether the job was asked to end and not to begin again.
    package func isStopped(in folder: RunFolder) -> Bool { access(Self.mark(number, "stop", folder), F_OK) == 0 }

    /// Asks that the job does not begin again once it has ended.
    package func stop(in folder: RunFolder) throws {
        try AtomicFile.write(Data(), to: Self.mark(number, "stop", folder))
    }

    /// Notes that a job has begun, or has begun again after the scheduler took its machine away.
    package static func noteStart(_ number: Int, in folder: RunFolder) throws {
        unlink(mark(number, "ended", folder))
        try AtomicFile.makeFolder(folder.submissions)
        try AtomicFile.write(Data(), to: mark(number, "started", folder))
    }

    package static func note(_ end: End, of number: Int, in folder: RunFolder) throws {
        try AtomicFile.write(try JSONDocument.line(end), to: mark(number, "ended", folder))
    }
}
