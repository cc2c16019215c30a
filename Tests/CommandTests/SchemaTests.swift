// Checks files that are really written against the shipped JSON Schemas. The checker knows the part of draft-07 in use.

import Foundation
import Testing

struct SchemaTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Suites/schema")

    private struct Schema {
        let root: [String: Any]

        init(_ name: String) throws {
            let data = try Data(contentsOf: SchemaTests.folder.appendingPathComponent(name))
            root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }

        /// The errors in `value`; empty where it fits the schema.
        func errors(_ value: Any) -> [String] { errors(value, root, at: "") }

        private func errors(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
            if let reference = schema["$ref"] as? String {
                let name = reference.split(separator: "/").last.map(String.init)!
                return errors(value, (root["definitions"] as! [String: [String: Any]])[name]!, at: path)
            }
            var found: [String] = []
            if let options = schema["oneOf"] as? [[String: Any]] {
                let fitting = options.filter { errors(value, $0, at: path).isEmpty }.count
                if fitting != 1 { found.append("\(path): fits \(fitting) of \(options.count) options") }
            }
            let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] }
            if let types, !types.contains(where: { Self.isType(value, $0) }) { found.append("\(path): not \(types)") }
            if let constant = schema["const"], !Self.isSame(value, constant) {
                found.append("\(path): const")
            }
            if let choices = schema["enum"] as? [Any], !choices.contains(where: { Self.isSame(value, $0) }) {
                found.append("\(path): enum")
            }
            if let minimum = schema["minimum"] as? Double, let number = value as? Double, number < minimum {
                found.append("\(path): below \(minimum)")
            }
            if let items = schema["items"] as? [String: Any], let list = value as? [Any] {
                for (index, item) in list.enumerated() { found += errors(item, items, at: "\(path)[\(index)]") }
            }
            guard let fields = value as? [String: Any] else { return found }
            for key in schema["required"] as? [String] ?? [] where fields[key] == nil {
                found.append("\(path): no \(key)")
            }
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            for (key, field) in fields {
                if let property = properties[key] {
                    found += errors(field, property, at: "\(path).\(key)")
                } else if let others = schema["additionalProperties"] as? [String: Any] {
                    found += errors(field, others, at: "\(path).\(key)")
                } else if schema["additionalProperties"] as? Bool == false {
                    found.append("\(path): unknown \(key)")
                }
            }
            return found
        }

        private static func isSame(_ one: Any, _ other: Any) -> Bool {
            if let one = one as? String { return one == other as? String }
            return (one as? Double) != nil && one as? Double == other as? Double
        }

        private static func isType(_ value: Any, _ type: String) -> Bool {
            switch type {
            case "object": value is [String: Any]
            case "boolean": value is Bool
            case "array": value is [Any]
            case "string": value is String
            case "null": value is NSNull
            case "number": value is NSNumber
            case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
            default: false
            }
        }
    }

    @Test func whatOurTrainersWriteFitsTheSchemas() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let builtin = #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": 0.01 }, "batchTokens": 128 }"#
        let result = try Tool.run(
            [
                "compare", try scratch.write(builtin, to: "builtin.json"),
                try scratch.synthetic("planted", .init(divergesFromWidth: 32)),
                try scratch.external("external", amplitude: 2), "--suite", try scratch.externalSuite(),
            ], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let event = try Schema("run-event.schema.json"), job = try Schema("run-job.schema.json")
        var kinds: Set<String> = [], ratios: Set<Double> = []
        for file in scratch.files(under: ".scalebench/runs") {
            let url = scratch.url.appendingPathComponent(".scalebench/runs/\(file)")
            if file.hasSuffix("job.json") {
                #expect(job.errors(try JSONSerialization.jsonObject(with: Data(contentsOf: url))) == [])
            }
            guard file.hasSuffix("events.jsonl") else { continue }
            // Trainers write no checksums.
            for line in try String(contentsOf: url, encoding: .utf8).withoutChecksums.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                #expect(event.errors(object) == [], "\(line)")
                let fields = object as? [String: Any] ?? [:]
                kinds.insert(fields["event"] as? String ?? "")
                if let ratio = fields["updateToWeight"] as? Double { ratios.insert(ratio) }
            }
        }
        #expect(kinds == ["start", "step", "evaluation", "end"])
        // The exported table has the same ratios as the events.
        let table = try Tool.run(["runs", "export", "--csv"], in: scratch.url).output.split(separator: "\n")
        let cells = table.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let column = try #require(cells.first?.firstIndex(of: "updateToWeight"))
        let exported = Set(cells.dropFirst().compactMap { Double($0[column]) })
        #expect(exported.count == ratios.count && !ratios.isEmpty)
        for (one, other) in zip(exported.sorted(), ratios.sorted()) { #expect(abs(one - other) < 1e-12) }
    }

    @Test(arguments: [
        #"{"event":"stepp","step":1,"tokens":16}"#, #"{"event":"step","step":1}"#,
        #"{"event":"step","step":1,"tokens":16,"gradientnorm":1}"#,
        #"{"event":"step","step":1,"tokens":16,"natsPerToken":-1}"#,
        #"{"event":"evaluation","step":1,"tokens":16,"natsPerToken":1}"#,
        #"{"event":"end","status":"done","step":1,"tokens":16}"#, #"[]"#,
    ])
    func whatIsRefusedDoesNotFit(line: String) throws {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        #expect(try !Schema("run-event.schema.json").errors(value).isEmpty)
    }
}
