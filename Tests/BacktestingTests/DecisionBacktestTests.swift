// The decision backtest against the public ladders (skipped where they are absent) and against synthetic ones.

import Backtesting
import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

/// The public decision ladders beside the repository, or nil.
enum PublicDecisions {
    static let folder: URL? = {
        let places =
            [ProcessInfo.processInfo.environment["SCALEBENCH_SHARED"]].compactMap { $0 }.map { URL(filePath: $0) }
            + [URL(filePath: #filePath).appending(path: "../../../../shared").standardized]
        return places.map { $0.appending(path: "data/ladders") }.first {
            FileManager.default.fileExists(atPath: $0.appending(path: "decisions.csv").path)
        }
    }()

    /// The bytes of a .gz file.
    static func unpacked(_ file: String) throws -> Data {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", file]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        return bytes
    }

    static func cases() throws -> [DecisionCase] {
        let folder = try #require(folder)
        let bytes = try unpacked(folder.appending(path: "ladders.csv.gz").path)
        let ladders = try DecisionLadders(LossTable(bytes, file: "ladders.csv"))
        let list = try DelimitedText(Data(contentsOf: folder.appending(path: "decisions.csv")), file: "decisions.csv")
        return try ladders.cases(listedIn: list, file: "decisions.csv")
    }
}

@Suite struct DecisionBacktestTests {
    /// The figures of the protocol's reference program on the same 1,529 decisions, and this project's bars.
    @Test(.enabled(if: PublicDecisions.folder != nil))
    func publicDecisionsReproduceTheBaselinesAndKeepTheBars() throws {
        let cases = try PublicDecisions.cases()
        #expect(cases.count == 1529)
        let report = try DecisionBacktest(cases).report()
        #expect(report.crossovers == 146)
        func value(_ method: String, _ figure: KeyPath<DecisionScore, ScoredFigure>, macro: Bool = false) throws
            -> Double
        {
            let method = try #require(report.method(method))
            return try #require((macro ? method.macro : method.pooled)[keyPath: figure].value)
        }
        #expect(abs(try value("rank", \.accuracy) - 0.905) < 0.0006)
        #expect(abs(try value("rank", \.accuracy, macro: true) - 0.793) < 0.0006)
        #expect(abs(try value("rank", \.brier) - 0.0955) < 0.0006)
        #expect(abs(try value("linearGap", \.accuracy) - 0.829) < 0.0006)
        #expect(abs(try value("separatePowerLaws", \.accuracy) - 0.857) < 0.003)
        #expect(abs(try value("calibratedRank", \.brier) - 0.0796) < 0.0006)
        #expect(abs(try value("calibratedRank", \.brier, macro: true) - 0.1557) < 0.0006)

        let fitted = DecisionBacktest(cases).fitClosedForm().coefficients
        for (number, shipped) in zip(fitted, ClosedForm.shipped.coefficients) {
            #expect(abs(number - shipped) < 0.01, "\(fitted)")
        }
        // A prototype of the same form, fitted elsewhere.
        #expect(abs(try value("closedForm", \.accuracy) - 0.905) < 0.003)
        #expect(abs(try value("closedForm", \.brier) - 0.0672) < 0.001)
        #expect(abs(try value("closedForm", \.brier, macro: true) - 0.1355) < 0.002)

        #expect(try value("model", \.accuracy) >= value("rank", \.accuracy) - 0.005)
        #expect(try value("model", \.brier) < value("calibratedRank", \.brier))
        #expect(try value("model", \.brier, macro: true) < value("calibratedRank", \.brier, macro: true))
        #expect(try value("model", \.brier) <= 0.068)
        #expect(try value("model", \.brier) < value("closedForm", \.brier))
        #expect(try value("model", \.claims) >= 0.6)
        #expect(try value("model", \.claimError) <= 0.02)
        #expect(try value("model", \.missed) <= 0.15)
        #expect(abs(try value("model", \.coverage90) - 0.9) < 0.06)
    }

    private func table(_ text: String) throws -> DelimitedText { try DelimitedText(Data(text.utf8), file: "t.csv") }

    private let twoSources = """
        source,ladder,axis,candidate,scale,seed,loss
        s,l,parameters,a,1e6,,4.0
        s,l,parameters,a,1e7,0,3.5
        s,l,parameters,a,1e7,1,3.3
        s,l,parameters,a,1.001e8,,3.0
        s,l,parameters,b,1e6,,4.2
        s,l,parameters,b,1.0005e7,,3.6
        s,l,parameters,b,1e8,,2.9
        s,l,parameters,c,1e6,,4.1
        r,m,flops,a,1e6,,4.0
        r,m,flops,a,1e7,,3.5
        r,m,flops,a,1e8,,3.1
        r,m,flops,b,1e6,,4.4
        r,m,flops,b,1e7,,3.9
        r,m,flops,b,1e8,,3.5
        """

    @Test func casesFollowTheProtocol() throws {
        let ladders = try DecisionLadders(LossTable(table(twoSources), file: "t.csv"))
        let cases = ladders.cases()
        // Scales are rounded to rungs, seeds count by their mean, c has too few rungs, levers 3 and 10 see the same.
        #expect(cases.map(\.source) == ["r", "s"])
        let one = try #require(cases.last)
        #expect(one.visible.map { $0.lossesA } == [[4.0], [3.5, 3.3]])
        #expect(one.target.lossesB == [2.9])
        #expect(one.isCrossover && one.aIsAhead && !one.aIsBetter)
        let listed = try ladders.cases(
            listedIn: table("source,ladder,a,b,lever,visible\ns,l,a,b,3,2"), file: "d.csv")
        #expect(listed.count == 1 && listed[0].visible == one.visible)
    }

    @Test func seedsOfVisibleRungsTellTheNoise() throws {
        func noise(lossAtTarget: Double) throws -> DecisionCase {
            let seeds = [4.0, 4.02, 3.99].enumerated().map { "s,l,parameters,a,1e6,\($0),\($1)" }
            let rows = seeds + ["a,1e7,0,3.5", "a,1e8,0,\(lossAtTarget)", "a,1e8,1,2.0"].map { "s,l,parameters,\($0)" }
            let others = ["b,1e6,0,4.2", "b,1e7,0,3.6", "b,1e8,0,2.9"].map { "s,l,parameters,\($0)" }
            let text = (["source,ladder,axis,candidate,scale,seed,loss"] + rows + others).joined(separator: "\n")
            return try #require(DecisionLadders(LossTable(table(text), file: "t.csv")).cases().first)
        }
        let one = try noise(lossAtTarget: 3)
        let sigma = try #require(one.visible[0].sigmaA)
        #expect(sigma > 0.003 && sigma < 0.05)
        #expect(one.visible[1].sigmaB != nil && one.target.sigmaA != nil)
        // The losses at the target do not matter.
        #expect(try noise(lossAtTarget: 9).visible == one.visible)
        let single = try DecisionLadders(LossTable(table(twoSources), file: "t.csv")).cases()
        #expect(single.first { $0.source == "r" }?.visible[0].sigmaA == nil)
    }

    @Test func tokensTellRunsOfEqualCostApart() throws {
        let header = "source,ladder,axis,candidate,scale,tokens,loss"
        let rows = [("a", 0.0), ("b", 0.1)].flatMap { name, shift in
            [("1e18", "1e9", 4.0), ("1e18", "4e9", 4.1), ("1e19", "3e9", 3.5), ("1e20", "1e10", 3.0)].map {
                "s,l,flops,\(name),\($0.0),\($0.1),\($0.2 + shift)"
            }
        }
        let text = ([header] + rows).joined(separator: "\n")
        let one = try #require(DecisionLadders(LossTable(table(text), file: "t.csv")).cases().first)
        #expect(one.visible.map(\.tokens) == [1e9, 4e9, 3e9])
        #expect(one.target.tokens == 1e10)
        #expect(try DecisionBacktest([one]).report(priors: .shipped).decisions == 1)
        #expect(throws: ScalebenchError.self) {
            try DecisionLadders(LossTable(table(text.replacingOccurrences(of: "1e10", with: "many")), file: "t.csv"))
        }
        let parameters = text.replacingOccurrences(of: "flops", with: "parameters")
        let other = try DecisionLadders(LossTable(table(parameters), file: "t.csv")).cases().first
        #expect(other?.visible.compactMap(\.tokens).isEmpty == true)
    }

    @Test func rankFailsExactlyAtTheCrossover() throws {
        let cases = try DecisionLadders(LossTable(table(twoSources), file: "t.csv")).cases()
        let report = try DecisionBacktest(cases).report(priors: .shipped)
        let rank = try #require(report.method("rank"))
        #expect(report.crossovers == 1)
        #expect(rank.pooled.accuracy.value == 0.5 && rank.pooled.missed.value == 1)
        #expect(rank.sources["r"]?.accuracy.value == 1 && rank.sources["r"]?.missed.value == nil)
        #expect(rank.pooled.regret.value.map { abs($0 - 0.05) < 1e-9 } == true)
        #expect(try JSONDecoder().decode(DecisionReport.self, from: JSONEncoder().encode(report)).decisions == 2)
    }

    @Test func impossibleTablesAreRefused() throws {
        #expect(throws: ScalebenchError.self) {
            try DecisionLadders(LossTable(table("source,ladder,candidate,scale\ns,l,a,1"), file: "t.csv"))
        }
        #expect(throws: ScalebenchError.self) {
            try DecisionLadders(LossTable(table("source,ladder,candidate,scale,loss\ns,l,a,1,nan"), file: "t.csv"))
        }
        let ladders = try DecisionLadders(LossTable(table(twoSources), file: "t.csv"))
        #expect(throws: ScalebenchError.self) {
            try ladders.cases(listedIn: table("source,ladder,a,b,lever,visible\ns,l,a,z,3,2"), file: "d.csv")
        }
    }
}
