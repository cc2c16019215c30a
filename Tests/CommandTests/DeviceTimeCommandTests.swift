// Device time from a trainer's events to the result, and results without it: two trainings agree in all but their clocks.

import Foundation
import Testing

extension ToolResult {
    /// The JSON of a result with null for every `deviceTime`; all other bytes are kept.
    var withoutDeviceTime: String {
        var lines: [Substring] = [], end: String?
        for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
            if let close = end {
                if line.hasPrefix(close) { end = nil }
                continue
            }
            let indent = line.prefix { $0 == " " }
            guard line.dropFirst(indent.count) == "\"deviceTime\" : {" else {
                lines.append(line)
                continue
            }
            lines.append("\(indent)\"deviceTime\" : null,")
            end = indent + "}"
        }
        return lines.joined(separator: "\n")
    }
}

/// The pairs of a result without what was measured with a clock.
func pairsWithoutDeviceTime(_ document: [String: Any]) throws -> NSArray {
    let pairs = try #require(document["pairs"] as? [[String: Any]])
    return pairs.map { pair in pair.filter { $0.key != "deviceTime" } } as NSArray
}

struct DeviceTimeCommandTests {
    /// A trainer whose clock is made up: a step takes `seconds` on 4 devices.
    private func trainer(_ name: String, amplitude: Double, seconds: Double, in scratch: Scratch) throws -> String {
        let file = try scratch.external(name, amplitude: amplitude)
        let script = scratch.url.appendingPathComponent("\(name).sh")
        let text = try String(contentsOf: script, encoding: .utf8)
        try Data(
            text.replacing("BEGIN {", with: #"BEGIN { printf "{\"event\":\"start\",\"devices\":4}\n""#)
                .replacing(
                    #"\"natsPerToken\":%.6f}\n", i, i * 128, loss"#,
                    with: #"\"natsPerToken\":%.6f,\"seconds\":%f}\n", i, i * 128, loss, i * \#(seconds)"#
                ).utf8
        ).write(to: script)
        return file
    }

    @Test func aProgramsSecondsAndDevicesBecomeDeviceTime() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let arguments = [
            "compare", try trainer("a", amplitude: 2, seconds: 5, in: scratch),
            try trainer("b", amplitude: 2.2, seconds: 6, in: scratch), "--suite", try scratch.externalSuite(),
            "--all-rungs",
        ]
        let result = try Tool.run(arguments + ["--json", "-"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let pair = try #require((document["pairs"] as? [[String: Any]])?.first)
        let time = try #require(pair["deviceTime"] as? [String: Any])
        let rungs = try #require(time["rungs"] as? [[String: Any]])
        #expect(rungs.count == 4)
        // Eight steps of 5 s on four devices.
        #expect(rungs.allSatisfy { abs(($0["deviceSecondsA"] as? Double ?? 0) - 160) < 0.01 })
        #expect(abs(((time["ratio"] as? [String: Any])?["point"] as? Double ?? 0) - 1.2) < 1e-4)
        #expect(result.withoutDeviceTime.contains("\"deviceTime\" : null"))
        #expect(try JSONSerialization.jsonObject(with: Data(result.withoutDeviceTime.utf8)) is [String: Any])
        let told = try Tool.run(arguments, in: scratch.url)
        #expect(told.output.contains("each step of equal size takes 20 % longer ["), "\(told.output)")
    }

    @Test(arguments: ["0", "-1", "1.5", "\"many\"", "100000000"]) func impossibleDevicesAreRefused(devices: String)
        throws
    {
        let scratch = try Scratch()
        try scratch.buildText()
        let file = try trainer("a", amplitude: 2, seconds: 1, in: scratch)
        let script = scratch.url.appendingPathComponent("a.sh")
        let text = try String(contentsOf: script, encoding: .utf8)
        try Data(
            text.replacing(#"\"devices\":4"#, with: #"\"devices\":\#(devices.replacing("\"", with: "\\\""))"#).utf8
        )
        .write(to: script)
        let result = try Tool.run(
            ["compare", file, try scratch.external("b", amplitude: 2.2), "--suite", try scratch.externalSuite()],
            in: scratch.url)
        #expect(result.status == 1 && (result.output + result.errors).contains("devices"), "\(result.errors)")
    }
}
