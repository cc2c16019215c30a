// The curve backtest against public curves (skipped where they are absent) and synthetic ones.

import Backtesting
import Comparison
import Foundation
import ScalebenchCore
import Testing

@Suite struct CurveBacktestTests {
    private static let folder = PublicDecisions.folder?.deletingLastPathComponent().appending(path: "public")

    private static func table(_ sources: [String]) throws -> CurveTable {
        var table = CurveTable()
        for source in sources {
            let file = try #require(folder).appending(path: "\(source)/curves.csv.gz").path
            try table.add(LossTable(try PublicDecisions.unpacked(file), file: file))
        }
        return table
    }

    /// The project's bars: an error of 0.25 % at 30 % of the run with two smaller rungs, and the benchmark of forms.
    @Test(.enabled(if: PublicDecisions.folder != nil))
    func publicCurvesKeepTheBars() throws {
        let table = try Self.table(["multipowerlaw", "deepmind_routing", "rnsl_benchmark"])
        let report = CurveBacktest(table).report()
        let template = try #require(report.meanError(report.withLadder, "template", 0.3, source: "multipowerlaw"))
        #expect(template <= 0.0025)
        for name in ["nextRung", "powerLaw", "lastValue"] {
            let other = try #require(report.meanError(report.withLadder, name, 0.3, source: "multipowerlaw"))
            #expect(template < other)
        }
        let paired = try #require(report.meanError(report.paired, "paired", 0.3, source: "multipowerlaw"))
        #expect(paired < (try #require(report.meanError(report.paired, "now", 0.3, source: "multipowerlaw"))) / 5)
        let forms = try #require(report.heldOut.first { $0.method == "forms" })
        #expect(forms.tasks == 92)
        #expect(forms.meanError <= 0.0332 && forms.medianError <= 0.020)
    }

    private static func synthetic() throws -> CurveTable {
        var text = "source,config,params,seed,step,tokens,lr,loss,split\n"
        for (source, shift) in [("one", 0.0), ("two", 0.1)] {
            for (size, name) in [(1e6, "1e6"), (1e7, "1e7"), (1e8, "1e8")] {
                for step in 1...40 {
                    let loss = 1 + shift + 20 * pow(size, -0.2) + 0.8 * pow(Double(step) / 40, -0.3)
                    text += "\(source),r,\(name),,\(step * 10),,,\(loss),val\n"
                    // q is ahead early and behind in the end, by the same share of the loss at every size.
                    let ratio = 0.97 + 0.04 * Double(step) / 40
                    if source == "one" { text += "one,q,\(name),,\(step * 10),,,\(loss * ratio),val\n" }
                }
            }
        }
        text += "two,diverged,1e6,,10,,,3,val\ntwo,diverged,1e6,,20,,,9e9,val\ntwo,r,1e6,,405,,,nan,val\n"
        var table = CurveTable()
        try table.add(LossTable(Data(text.utf8), file: "t.csv"))
        return table
    }

    @Test func syntheticLaddersAreForecast() throws {
        let report = CurveBacktest(try Self.synthetic()).report()
        #expect(report.curves == 9 && report.ladders == 3 && report.priors == "leaveOneSourceOut")
        let figure = try #require(report.withLadder.first?.sources["one"]?.first { $0.fraction == 0.3 })
        #expect(figure.forecasts == 2)
        #expect(try #require(figure.meanError.value) < 0.005)
        #expect(figure.coverage90 == 1)
        #expect(try JSONDecoder().decode(CurveReport.self, from: JSONEncoder().encode(report)).curves == 9)
    }

    @Test func syntheticPairsAreForecast() throws {
        let report = CurveBacktest(try Self.synthetic()).report(usesShipped: true)
        #expect(report.pairs == 1 && report.priors == "shipped")
        let paired = try #require(report.paired.first?.macro.first { $0.fraction == 0.3 })
        #expect(try #require(paired.meanError.value) < 0.001)
        #expect(paired.coverage90 == 1)
        // After 30 % of the runs the wrong candidate is ahead.
        let now = try #require(report.meanError(report.paired, "now", 0.3))
        #expect(now > 0.02)
    }

    @Test func tablesWithoutCurvesAreRefused() throws {
        let table = try LossTable(Data("step,tokens\n1,2".utf8), file: "t.csv")
        #expect(!CurveTable.describes(table))
        #expect(throws: ScalebenchError.self) {
            var curves = CurveTable()
            try curves.add(table)
        }
    }
}
