// Slurm, through sbatch, squeue and scancel. The runs that ask for the same resources are one job array.

import Foundation
import ScalebenchCore

package struct SlurmScheduler: Scheduler {
    private let config: SlurmConfig
    private let program: String
    /// The folder of the store's launches; the nodes must see it under the same path.
    private let launches: String

    package let name = "Slurm"

    /// Slurm accepts arrays of up to 1,001 tasks unless its `MaxArraySize` says otherwise.
    private static let mostTasks = 1000

    package init(_ config: SlurmConfig, program: String, launches: String) {
        self.config = config
        self.program = config.options.program ?? program
        self.launches = launches
    }

    // MARK: - Submitting

    package func submit(_ jobs: [SchedulerJob], launch: String) async throws -> [String] {
        var names = [String](repeating: "", count: jobs.count)
        var submitted: [String] = []
        let alike = Dictionary(grouping: jobs.indices) { jobs[$0].resources }.values.sorted { $0[0] < $1[0] }
        do {
            for group in alike {
                for start in stride(from: 0, to: group.count, by: Self.mostTasks) {
                    let part = group[start..<min(start + Self.mostTasks, group.count)]
                    let array = try await submitArray(part.map { jobs[$0] }, launch: launch)
                    submitted.append(array)
                    for (task, index) in part.enumerated() { names[index] = "\(array)_\(task)" }
                }
            }
        } catch {
            // All or none: what Slurm has accepted before is taken back.
            try? await cancel(submitted)
            throw error
        }
        return names
    }

    /// - Returns: the number of the array.
    private func submitArray(_ jobs: [SchedulerJob], launch: String) async throws -> String {
        let folder = "\(launches)/\(launch)"
        try AtomicFile.makeFolder(folder)
        let list = Self.list(of: jobs[0])
        let script = SlurmScript(
            config: config, resources: jobs[0].resources, program: program, name: Self.arrayName(launch, list),
            folder: folder, list: list, tasks: jobs.count)
        let lines = jobs.map { "\($0.submission.number)\t\($0.folder.path)\n" }.joined()
        try AtomicFile.write(Data(lines.utf8), to: "\(folder)/\(list)")
        try AtomicFile.write(Data(script.text.utf8), to: "\(folder)/\(list).sh")
        let result = try await CommandOutput.of(["sbatch", "--parsable", "\(folder)/\(list).sh"])
        // `--parsable` prints the number, and after a semicolon the cluster where there are several.
        let array = result.output.split(separator: "\n").last.map { $0.prefix { $0 != ";" } } ?? ""
        guard result.isSuccess, !array.isEmpty else {
            throw ScalebenchError(
                .runFailed, "Slurm did not accept the jobs", at: "\(folder)/\(list).sh",
                hint: "change the launcher file; this shows the same error: sbatch --test-only \(folder)/\(list).sh",
                cause: result.tail)
        }
        return String(array)
    }

    /// The name of the list of an array, which is that of its first run.
    private static func list(of job: SchedulerJob) -> String {
        "\(job.folder.name.prefix(12))-\(job.submission.number)"
    }

    private static func arrayName(_ launch: String, _ list: String) -> String { "scalebench-\(launch)-\(list)" }

    // MARK: - Asking

    package func states(of jobs: [String]) async throws -> [String: JobState] {
        let arrays = Set(jobs.map { $0.prefix { $0 != "_" } }).sorted()
        guard !arrays.isEmpty else { return [:] }
        let result = try await CommandOutput.of([
            "squeue", "--noheader", "--array", "--states=all", "--format=%i|%T|%r",
            "--jobs=\(arrays.joined(separator: ","))",
        ])
        guard result.isSuccess else {
            // Slurm has forgotten all of these jobs.
            if result.errors.contains("Invalid job id") { return [:] }
            throw ScalebenchError(.runFailed, "Slurm does not answer", at: "squeue", cause: result.tail)
        }
        return Self.states(result.output)
    }

    static func states(_ text: String) -> [String: JobState] {
        text.split(separator: "\n").reduce(into: [:]) { states, line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard fields.count >= 3 else { return }
            states[fields[0]] = state(fields[1], reason: fields[2])
        }
    }

    private static func state(_ word: String, reason: String) -> JobState {
        switch word {
        case "COMPLETED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY",
            "REVOKED", "LAUNCH_FAILED":
            .ended(reason: word, isCancelled: false)
        case "CANCELLED": .ended(reason: word, isCancelled: true)
        case "RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING": .running
        default: .queued(reason: reason == "None" || reason.isEmpty ? nil : reason)
        }
    }

    package func find(_ job: SchedulerJob) async throws -> String? {
        // The list in which the job stands says which array it belongs to, and as which task.
        let folder = "\(launches)/\(job.submission.launch)"
        let wanted = "\(job.submission.number)\t\(job.folder.path)"
        for list in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where !list.contains(".") {
            let lines = (try? String(contentsOfFile: "\(folder)/\(list)", encoding: .utf8))?.split(separator: "\n")
            guard let task = lines?.firstIndex(where: { $0 == wanted }) else { continue }
            let name = Self.arrayName(job.submission.launch, list)
            let result = try await CommandOutput.of(
                ["squeue", "--noheader", "--states=all", "--format=%F", "--name=\(name)"])
            guard result.isSuccess else {
                throw ScalebenchError(.runFailed, "Slurm does not answer", at: "squeue", cause: result.tail)
            }
            return result.output.split(whereSeparator: \.isWhitespace).first.map { "\($0)_\(task)" }
        }
        return nil
    }

    // MARK: - Cancelling

    package func cancel(_ jobs: [String]) async throws {
        guard !jobs.isEmpty else { return }
        let result = try await CommandOutput.of(["scancel"] + jobs)
        guard result.isSuccess || result.errors.contains("Invalid job id") else {
            throw ScalebenchError(.runFailed, "Slurm did not cancel the jobs", at: "scancel", cause: result.tail)
        }
    }
}
