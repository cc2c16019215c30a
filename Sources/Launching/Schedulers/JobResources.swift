// What a job asks of a cluster, and which runs ask for more.

import Foundation
package import ScalebenchCore

/// What one job asks for; nil leaves it to the scheduler.
package struct JobResources: Sendable, Hashable {
    package var cpus: Int?
    package var gpus: Int?
    /// In the scheduler's words, such as `32G`.
    package var memory: String?
    /// The longest time that a job may take, in the scheduler's words, such as `4:00:00`.
    package var time: String?
    package var partition: String?
    package var account: String?
    /// Further options of the scheduler by name.
    package var options: [String: JSONValue] = [:]

    package init() {}

    /// - Parameter base: what holds where the object says nothing.
    init(_ reader: ConfigReader, base: JobResources) throws {
        self = base
        if reader.has("cpus") { cpus = try reader.integer("cpus", in: 1...100_000) }
        if reader.has("gpus") { gpus = try reader.integer("gpus", in: 0...100_000) }
        memory = try Self.word("memory", reader) ?? memory
        time = try Self.word("time", reader) ?? time
        partition = try Self.word("partition", reader) ?? partition
        account = try Self.word("account", reader) ?? account
        if let more = try reader.object(ifPresent: "options") {
            options.merge(try Self.options(more)) { $1 }
        }
    }

    private static func word(_ key: String, _ reader: ConfigReader) throws -> String? {
        guard reader.has(key) else { return nil }
        // `"time": 60` is sixty minutes for Slurm.
        if case .integer(let number)? = reader.value(key) { return String(number) }
        return try onOneLine(reader.string(key), at: reader.location(of: key))
    }

    private static func options(_ reader: ConfigReader) throws -> [String: JSONValue] {
        guard case .object(let fields) = reader.document else { return [:] }
        for (name, value) in fields {
            switch value {
            case .string(let text): _ = try onOneLine(text, at: reader.location(of: name))
            case .bool, .integer, .number: break
            default:
                throw ScalebenchError(
                    .invalidInput, "expected a string, a number or true, found \(value.kind)",
                    at: reader.location(of: name))
            }
            guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9-]*/) != nil else {
                throw ScalebenchError(
                    .invalidInput, "not the name of an option", at: reader.location(of: name),
                    hint: "write \"qos\" for --qos")
            }
        }
        return fields
    }

    private static func onOneLine(_ text: String, at place: String) throws -> String {
        guard !text.contains(where: \.isNewline), !text.isEmpty else {
            throw ScalebenchError(.invalidInput, "expected one line of text", at: place)
        }
        return text
    }
}

/// Where a run stands on the ladder, as far as its resources depend on it.
package struct LaunchPlace: Sendable {
    /// What its rung may be called: `width 48`, and `target` for the target.
    package var names: [String]
    /// Training FLOPs of the run.
    package var flops: Double

    package init(names: [String], flops: Double) {
        self.names = names
        self.flops = flops
    }
}

/// Which resources a run gets: those of the first class that it belongs to, otherwise those of all runs.
package struct ResourceRules: Sendable, Equatable {
    private struct Class: Sendable, Equatable {
        var rungs: [String]?
        var fromFlops: Double?
        var resources: JobResources
        var place: String
    }

    private let base: JobResources
    private let classes: [Class]

    init(_ reader: ConfigReader) throws {
        let base = try JobResources(reader, base: JobResources())
        self.base = base
        classes =
            reader.has("classes")
            ? try reader.objects("classes").map { object in
                let rungs = object.has("rungs") ? try object.strings("rungs") : nil
                let flops =
                    object.has("fromFlops")
                    ? try object.number("fromFlops", in: 0...Double.greatestFiniteMagnitude) : nil
                guard rungs != nil || flops != nil else {
                    throw ScalebenchError(
                        .invalidInput, "this class fits no run", at: object.location(),
                        hint: "add \"rungs\": [\"target\"], or \"fromFlops\": 1e18")
                }
                let resources = try JobResources(object, base: base)
                try object.finish()
                return Class(rungs: rungs, fromFlops: flops, resources: resources, place: object.location(of: "rungs"))
            } : []
    }

    package func resources(at place: LaunchPlace) -> JobResources {
        classes.first { entry in
            (entry.rungs.map { !Set($0).isDisjoint(with: place.names) } ?? true)
                && (entry.fromFlops.map { place.flops >= $0 } ?? true)
        }?.resources ?? base
    }

    func check(rungs names: [String]) throws {
        for entry in classes {
            for rung in entry.rungs ?? [] where !names.contains(rung) {
                throw ScalebenchError(
                    .invalidInput, "the ladder has no rung \"\(rung)\"", at: entry.place,
                    hint: NearestName.hint(
                        rung, among: names, otherwise: "its rungs: \(names.joined(separator: ", "))"))
            }
        }
    }
}
