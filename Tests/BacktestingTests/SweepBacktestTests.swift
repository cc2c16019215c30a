// Sweeps in the backtest: which candidates are a family, and what their questions are worth.

import Backtesting
import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct SweepBacktestTests {
    /// Seven rates of a valley whose bottom moves; m2 and m3 change places between the rungs and the largest scale.
    private func tables(_ source: String = "rates") throws -> (DecisionLadders, String) {
        var ladders = ["source,ladder,candidate,scale,loss"], settings = ["source,candidate,setting,value,scale"]
        for member in 0..<7 {
            let rate = 0.001 * pow(2, Double(member))
            settings.append("\(source),m\(member),rate,\(rate),log")
            for rung in 0..<6 {
                let scale = 1e9 * pow(4, Double(rung)), distance = log(rate / 0.016) + 0.25 * log(scale / 1e9)
                let loss =
                    3 * pow(scale / 1e9, -0.05)
                    * exp(0.03 * distance * distance + 0.0003 * sin(Double(7 * rung + member)))
                ladders.append("\(source),,m\(member),\(scale),\(loss)")
            }
        }
        return (
            try DecisionLadders(try LossTable(Data(ladders.joined(separator: "\n").utf8), file: "ladders.csv")),
            settings.joined(separator: "\n")
        )
    }

    private func settings(_ text: String) throws -> SettingsTable {
        try SettingsTable(try DelimitedText(Data(text.utf8), file: "settings.csv"), file: "settings.csv")
    }

    @Test func aMovingBottomIsForecast() throws {
        let (ladders, text) = try tables()
        let questions = ladders.sweeps(try settings(text))
        // 4⁵ = 1024: at levers of 3, 10 and 30 there are 5, 4 and 3 rungs below.
        #expect(questions.map(\.lever) == [3, 10, 30])
        #expect(questions.map { $0.family.rungs.count } == [5, 4, 3])
        let report = try #require(try SweepBacktest(questions).report())
        #expect(report.decisions == 63 && report.crossovers > 0)
        let pooled = try #require(report.methods.first), rank = try #require(report.methods.first { $0.name == "rank" })
        #expect(pooled.name == "pooled")
        #expect((pooled.pooled.accuracy.value ?? 0) > (rank.pooled.accuracy.value ?? 1))
        let best = Dictionary(uniqueKeysWithValues: report.bestSettings.map { ($0.name, $0) })
        #expect((best["pooled"]?.meanLossGivenAway ?? 1) < (best["bestOfTopRung"]?.meanLossGivenAway ?? 0))
    }

    @Test func categoriesAndSharesMakeFamilies() throws {
        let (ladders, text) = try tables()
        let routed = (0..<7).map { "rates,m\($0),router,\($0 < 2 ? "hash" : "learnt"),category" }.joined(
            separator: "\n")
        let questions = ladders.sweeps(try settings(text + "\n" + routed))
        // Two members of one category are too few; the other five are a family.
        #expect(questions.allSatisfy { $0.family.candidates.count == 5 } && questions.count == 3)
        #expect(ladders.sweeps(try settings(text + "\nrates,m0,web,0.5,share")).isEmpty)
    }

    @Test func badSettingsAreErrors() {
        for (row, message) in [
            ("rates,m0,rate,-1,log", "positive"), ("rates,m0,rate,fast,linear", "no number"),
            ("rates,m0,rate,1,cubic", "use log, linear"),
        ] {
            #expect {
                _ = try settings("source,candidate,setting,value,scale\n" + row)
            } throws: {
                "\($0)".contains(message) || ($0 as? ScalebenchError)?.hint?.contains(message) == true
            }
        }
    }
}
