// The difference of two candidates in device time: from tables and from run records, with what must not be compared.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct DeviceTimeTests {
    /// Three seeds of two candidates at five rungs and the target, where B needs 5 % less compute for any loss.
    /// - Parameters:
    ///   - slower: B's time of a step over A's.
    ///   - noise: how far repeated runs differ in their times.
    private func table(
        slower: Double = 1.07, noise: Double = 0.002, columns: String = "tokensPerSecond,devices",
        time: (_ tokensPerSecond: Double, _ tokens: Double) -> String = { rate, _ in "\(rate),8" }
    ) -> String {
        var text = "candidate,flops,params,tokens,seed,loss,\(columns)\n"
        for rung in 0..<6 {
            let flops = 1e16 * pow(10, Double(rung) / 2), parameters = (flops / 120).squareRoot()
            for seed in 0..<3 {
                for (name, factor, step) in [("a", 1, 1), ("b", 1 / 0.95, slower)] {
                    let sign = Double((seed + rung + (name == "a" ? 0 : 1)) % 3 - 1)
                    let loss = 1.8 + 1.4 * pow(flops * factor / 1e16, -0.1) + 1e-4 * sign
                    let rate = 1e14 / parameters / step * (1 + noise * sign)
                    let tokens = 20 * parameters
                    text +=
                        "\(name),\(flops),\(parameters),\(tokens),\(seed),\(loss),\(time(rate, tokens))\n"
                }
            }
        }
        return text
    }

    private func judge(_ text: String, target: Double = 1e16 * pow(10, 2.5)) throws -> PairResult {
        let table = try RunTable(try TableText(Data(text.utf8), file: "r.csv"), file: "r.csv", query: .init())
        return try Judge(thresholds: VerdictThresholds()).result(try table.ladder(target: .scale(target))).pairs[0]
    }

    @Test func betterPerTokenAndSlowerPerStepIsNamed() throws {
        let pair = try judge(table()), time = try #require(pair.deviceTime)
        let compute = try #require(pair.computeMultiplier), ratio = try #require(time.ratio)
        let total = try #require(time.multiplier)
        #expect(abs(compute.point - 0.95) < 0.01 && abs(ratio.point - 1.07) < 0.005)
        #expect(abs(total.point - compute.point * ratio.point) < 1e-9 && total.point > 1)
        #expect(total.interval90.upper - total.interval90.lower > compute.interval90.upper - compute.interval90.lower)
        #expect(time.rungs.count == 6 && time.rungs.allSatisfy { $0.ratio.interval90.contains(1.07) })
        // 20 tokens per parameter at 1e14 tokens per second and parameter, on 8 devices.
        let parameters = (1e16 / 120).squareRoot()
        #expect(abs(time.rungs[0].deviceSecondsA / (8 * 20 * parameters * parameters / 1e14) - 1) < 0.01)
        let finding = try #require(time.findings.first { $0.code == "timeAgainstCompute" })
        #expect(finding.message.contains(" better per token and 7 % slower per step than a"), "\(finding.message)")
        #expect(!pair.findings.contains { $0.code == "timeAgainstCompute" }, "what a clock measured stays in one place")
    }

    @Test func whatPaysOffInBothIsNotNamed() throws {
        for slower in [1.0, 0.97, 1.02] {
            let time = try #require(try judge(table(slower: slower)).deviceTime)
            #expect(try #require(time.multiplier).point < 1 && time.findings.isEmpty, "\(slower)")
        }
    }

    @Test func noiseOfTimesWidensTheInterval() throws {
        func width(_ noise: Double) throws -> Double {
            let interval = try #require(try judge(table(noise: noise)).deviceTime?.multiplier).interval90
            return log(interval.upper / interval.lower)
        }
        #expect(try width(0.1) > 2 * width(0.002))
    }

    @Test func secondsSayTheSameAsTokensPerSecond() throws {
        let rate = try #require(try judge(table()).deviceTime)
        let seconds = try #require(
            try judge(table(columns: "seconds,devices") { rate, tokens in "\(tokens / rate),8" }).deviceTime)
        #expect(abs(try #require(rate.ratio).point - #require(seconds.ratio).point) < 1e-9)
        #expect(abs(rate.rungs[2].deviceSecondsB / seconds.rungs[2].deviceSecondsB - 1) < 1e-9)
    }

    @Test func resultsWithoutTimesHaveNone() throws {
        #expect(try judge(table(columns: "note") { _, _ in "" }).deviceTime == nil)
        #expect(try judge(table { _, _ in "," }).deviceTime == nil)
        let with = try judge(table()), without = try judge(table(columns: "note") { _, _ in "" })
        #expect(with.computeMultiplier == without.computeMultiplier && with.findings == without.findings)
    }

    @Test func onlyTimesOfAnAxisWithComputeHaveAMultiplier() throws {
        let text = table().replacing("flops,params", with: "other,params")
        let parameters = (1e16 * pow(10, 2.5) / 120).squareRoot()
        let time = try #require(try judge(text, target: parameters).deviceTime)
        #expect(time.multiplier == nil && time.ratio != nil)
    }

    @Test(arguments: [
        ("tokensPerSecond,devices", "0,8"), ("tokensPerSecond,devices", "-5,8"), ("tokensPerSecond,devices", "inf,8"),
        ("tokensPerSecond,devices", "1e20,8"), ("tokensPerSecond,devices", "fast,8"),
        ("tokensPerSecond,devices", "100,0"), ("tokensPerSecond,devices", "100,1.5"), ("seconds,devices", "nan,8"),
        ("seconds,devices", "1e12,8"), ("seconds,tokensPerSecond", "100,100"),
    ])
    func unbelievableTimesNameTheirLine(columns: String, cells: String) {
        #expect { try judge(table(columns: columns) { _, _ in cells }) } throws: {
            ($0 as? ScalebenchError)?.location == "r.csv:2"
        }
    }

    @Test func unequalDevicesAreSaid() throws {
        var lines = table().split(separator: "\n")
        for (index, line) in lines.enumerated() where line.hasPrefix("b,") { lines[index] = line.dropLast() + "16" }
        let time = try #require(try judge(lines.joined(separator: "\n") + "\n").deviceTime)
        #expect(abs(try #require(time.ratio).point - 2.14) < 0.02)
        #expect(time.findings.contains { $0.code == "unequalDevices" })
    }
}
