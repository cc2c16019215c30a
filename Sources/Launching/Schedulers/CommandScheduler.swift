// Any scheduler, through three commands that the launcher file names. No shell reads them.

import Foundation
import ScalebenchCore

package struct CommandScheduler: Scheduler {
    private let config: CommandConfig
    private let program: String

    package var name: String { config.submit[0].split(separator: "/").last.map(String.init) ?? "the scheduler" }

    package init(_ config: CommandConfig, program: String) {
        self.config = config
        self.program = config.options.program ?? program
    }

    package func submit(_ jobs: [SchedulerJob], launch: String) async throws -> [String] {
        var names: [String] = []
        do {
            for job in jobs { names.append(try await submit(job)) }
        } catch {
            try? await cancel(names)
            throw error
        }
        return names
    }

    private func submit(_ job: SchedulerJob) async throws -> String {
        let resources = job.resources
        let values = [
            "folder": job.folder.path, "submission": String(job.submission.number), "program": program,
            "name": job.name, "run": job.folder.name, "cpus": String(resources.cpus ?? 1),
            "gpus": String(resources.gpus ?? 0), "memory": resources.memory ?? "", "time": resources.time ?? "",
        ]
        let result = try await CommandOutput.of(config.submit.map { Self.fill($0, values) })
        let word =
            config.isByName ? job.name : result.output.split(whereSeparator: \.isWhitespace).last.map(String.init)
        guard result.isSuccess, let word else {
            throw ScalebenchError(
                .runFailed, result.isSuccess ? "submitting printed no job" : "a job was not accepted",
                at: config.submit[0],
                hint: result.isSuccess
                    ? "the last word that it prints must be the job, or say \"jobsByName\": true" : nil,
                cause: result.isSuccess ? nil : "\(result.status)\n\(result.tail)")
        }
        return word
    }

    /// The words of a command with `{name}` replaced by a value.
    private static func fill(_ word: String, _ values: [String: String]) -> String {
        // One pass, so that a value that holds braces stays as it is.
        word.replacing(/\{([a-z]+)\}/) { match in values[String(match.1)] ?? String(match.0) }
    }

    package func states(of jobs: [String]) async throws -> [String: JobState] {
        guard !jobs.isEmpty else { return [:] }
        let words = config.status.flatMap { $0 == "{jobs}" ? jobs : [$0] }
        let result = try await CommandOutput.of(words)
        guard result.isSuccess else {
            throw ScalebenchError(
                .runFailed, "the scheduler does not answer", at: config.status[0],
                cause: "\(result.status)\n\(result.tail)")
        }
        return try states(result.output, of: Set(jobs))
    }

    package func states(_ text: String, of jobs: Set<String>) throws -> [String: JobState] {
        let queued = try Regex(config.queued), running = try Regex(config.running)
        return text.split(separator: "\n").reduce(into: [:]) { states, line in
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let place = words.firstIndex(where: jobs.contains) else { return }
            // The job's own name may hold a word such as "run".
            let rest = (words[..<place] + words[(place + 1)...]).joined(separator: " ")
            if rest.firstMatch(of: running) != nil {
                states[words[place]] = .running
            } else if rest.firstMatch(of: queued) != nil {
                states[words[place]] = .queued()
            } else {
                states[words[place]] = .ended(reason: rest, isCancelled: false)
            }
        }
    }

    /// A scheduler that finds jobs by name knows a job that was submitted by a process that is no longer there.
    package func find(_ job: SchedulerJob) async throws -> String? {
        guard config.isByName else { return nil }
        return try await states(of: [job.name])[job.name].map { _ in job.name }
    }

    /// Asks for the end of every job, also after one that was refused. A job that ended meanwhile is no failure: most
    /// schedulers refuse to cancel what they no longer know.
    package func cancel(_ jobs: [String]) async throws {
        var refused: [(job: String, why: String)] = []
        for job in jobs {
            let result = try await CommandOutput.of(config.cancel.map { Self.fill($0, ["job": job, "name": job]) })
            if !result.isSuccess { refused.append((job, "\(result.status)\n\(result.tail)")) }
        }
        let left = try await stillThere(refused.map(\.job))
        guard let first = refused.first(where: { left.contains($0.job) }) else { return }
        let what = left.count == 1 ? "job \(first.job) was" : "\(left.count) jobs were"
        throw ScalebenchError(.runFailed, "\(what) not cancelled", at: config.cancel[0], cause: first.why)
    }

    /// Those of the jobs that wait or run. A scheduler may list a job for a moment after its end, so it is asked a few
    /// times.
    private func stillThere(_ jobs: [String]) async throws -> Set<String> {
        var left = Set(jobs)
        for wait in [0, 0.5, 1, 2] where !left.isEmpty {
            try await Task.sleep(for: .seconds(wait))
            left = Set(try await states(of: left.sorted()).filter(\.value.isThere).keys)
        }
        return left
    }
}
