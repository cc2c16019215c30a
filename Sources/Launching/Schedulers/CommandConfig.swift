// The launcher file of type "command": any scheduler that can submit a job, list jobs, and cancel one.

import ScalebenchCore

package struct CommandConfig: Sendable, Equatable {
    package var options: SchedulerOptions
    package var resources: ResourceRules
    /// Submits one job that runs `{program} run {folder} --submission {submission}`. The last word that it prints is what
    /// the scheduler calls the job, unless jobs are found by name.
    var submit: [String]
    /// Lists jobs: each line holds a job and a word for its state. A word of the command that is `{jobs}` stands for all jobs
    /// that are asked for.
    var status: [String]
    /// Cancels the job `{job}`.
    var cancel: [String]
    /// The scheduler calls jobs by the name that it is given, `{name}`.
    var isByName: Bool
    /// The patterns in a line of `status` of a job that waits and of one that runs; a line without either is of a job that has
    /// ended.
    var queued: String
    var running: String

    init(_ reader: ConfigReader) throws {
        options = try SchedulerOptions(reader)
        resources = try ResourceRules(reader)
        submit = try Self.command("submit", reader)
        status = try Self.command("status", reader)
        cancel = try Self.command("cancel", reader)
        isByName = try reader.bool("jobsByName", default: false)
        queued = try Self.pattern("queued", "(?i)queue|pend|submit|start|recover|prov", reader)
        running = try Self.pattern("running", "(?i)run|active", reader)
        guard submit.contains(where: { $0.contains("{folder}") }) else {
            throw ScalebenchError(
                .invalidInput, "this command does not say which run it submits", at: reader.location(of: "submit"),
                hint: "use {folder}: the job must run {program} run {folder} --submission {submission}")
        }
        guard submit.contains(where: { $0.contains("{submission}") }) else {
            throw ScalebenchError(
                .invalidInput, "the job does not learn its number", at: reader.location(of: "submit"),
                hint: "use {submission}: the job must run {program} run {folder} --submission {submission}")
        }
    }

    private static func command(_ key: String, _ reader: ConfigReader) throws -> [String] {
        let words = try reader.strings(key)
        guard let first = words.first, !first.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the command is empty", at: reader.location(of: key),
                hint: "write the program and its arguments: [\"kubectl\", \"get\", \"jobs\"]")
        }
        return words
    }

    private static func pattern(_ key: String, _ fallback: String, _ reader: ConfigReader) throws -> String {
        let text = try reader.string(key, default: fallback)
        do {
            _ = try Regex(text)
        } catch {
            throw ScalebenchError(
                .invalidInput, "not a regular expression", at: reader.location(of: key), cause: "\(error)")
        }
        return text
    }
}
