import Comparison
import Foundation
import ScalebenchCore
import Testing

@Suite struct RunTableTests {
    private func ladder(_ text: String, _ query: RunTable.Query = .init(), target: Double = 1e10) throws -> Ladder {
        let table = try RunTable(try TableText(Data(text.utf8), file: "r.csv"), file: "r.csv", query: query)
        return try table.ladder(target: .scale(target))
    }

    private let simple = """
        candidate,scale,seed,loss
        base,1e7,0,4.0
        new,1.01e7,0,3.9
        base,1e8,0,3.5
        new,1e8,0,3.45
        base,1e10,0,2.9

        """

    @Test func groupsNearlyEqualScalesAndFindsTheTarget() throws {
        let ladder = try ladder(simple)
        #expect(ladder.candidates == ["base", "new"])
        #expect(ladder.rungs.count == 2)
        #expect(ladder.target.points[0].map(\.loss) == [2.9])
        #expect(ladder.target.points[1].isEmpty)
    }

    @Test func choosesAxisFromColumns() throws {
        let text =
            "config,params,tokens,flops,seed,loss,metric\nx,1e6,1e9,1e15,0,4,m\ny,1e6,1e9,1e15,0,3.9,m\nx,1e7,1e9,1e16,0,3.6,m\ny,1e7,1e9,1e16,0,3.5,m\n"
        #expect(try ladder(text, target: 1e18).axis == .flops)
        #expect(try ladder(text, .init(axis: .parameters), target: 1e9).rungs.map { $0.scale.rounded() } == [1e6, 1e7])
        // An empty FLOPs column leaves parameters.
        #expect(
            try ladder(text.replacing("1e15", with: "").replacing("1e16", with: ""), target: 1e9).axis == .parameters)
    }

    @Test(arguments: [
        ("base,1e7,0,4.0", "base,1e7,0,", "r.csv:2"),
        ("base,1e7,0,4.0", "base,1e7,0,NaN", "r.csv:2"),
        ("base,1e7,0,4.0", "base,-5,0,4.0", "r.csv:2"),
        ("base,1e7,0,4.0", ",1e7,0,4.0", "r.csv:2"),
        ("new,1e8,0,3.45", "base,1e8,0,3.45", "r.csv:5"),
        ("candidate,scale", "name,scale", "r.csv:1"),
        ("candidate,scale", "candidate,size", "r.csv:1"),
    ])
    func badCellsNameTheirLine(original: String, replacement: String, location: String) {
        let text = simple.replacing(original, with: replacement)
        #expect { try ladder(text) } throws: { ($0 as? ScalebenchError)?.location == location }
    }

    @Test func severalLaddersMustBeNarrowed() throws {
        let text =
            "metric,candidate,scale,seed,loss\n"
            + ["m1", "m2"].flatMap { metric in
                ["a", "b"].flatMap { name in
                    ["1e7", "1e8"].map { "\(metric),\(name),\($0),0,3.\(name == "a" ? 1 : 2)" }
                }
            }.joined(separator: "\n")
        #expect { try ladder(text) } throws: {
            ($0 as? ScalebenchError)?.hint
                == "choose one, for example --metric 'm1'; in compare, --metric all judges each"
        }
        #expect(try ladder(text, .init(filters: [("metric", "m2")])).rungs.count == 2)
        #expect { try ladder(text, .init(filters: [("metric", "m3")])) } throws: {
            ($0 as? ScalebenchError)?.code == .notFound
        }
    }

    @Test func targetBelowTheLadderIsAnError() {
        #expect { try ladder(simple, target: 5e7) } throws: {
            ($0 as? ScalebenchError)?.message.contains("below the ladder") == true
        }
        #expect { try ladder(simple, .init(candidates: ["base", "nw"])) } throws: {
            ($0 as? ScalebenchError)?.hint == "did you mean \"new\"?"
        }
    }
}

/// Tables that say how many tokens a run was trained on.
@Suite struct TokenTableTests {
    private func table(_ text: String, _ query: RunTable.Query = .init()) throws -> RunTable {
        try RunTable(try TableText(Data(text.utf8), file: "r.csv"), file: "r.csv", query: query)
    }

    /// Two sizes at two lengths each; the large model trained briefly costs as much as the small one trained for long.
    private let crossed = """
        config,params,tokens,flops,seed,loss
        x,1e7,1e9,6e16,0,4.0
        y,1e7,1e9,6e16,0,3.9
        x,1e7,1e10,6e17,0,3.7
        y,1e7,1e10,6e17,0,3.65
        x,1e8,1e9,6e17,0,3.6
        y,1e8,1e9,6.02e17,0,3.5
        x,1e8,1e10,6e18,0,3.1
        y,1e8,1e10,6e18,0,3.05

        """

    @Test func runsOfOneCostAreTwoRungs() throws {
        let ladder = try table(crossed).ladder(target: .scale(6e19, tokens: 1e11))
        #expect(
            ladder.rungs.map(\.label) == [
                "10 M parameters, 1 G tokens", "100 M parameters, 1 G tokens", "10 M parameters, 10 G tokens",
                "100 M parameters, 10 G tokens",
            ])
        #expect(ladder.rungs.allSatisfy { $0.points.allSatisfy { $0.count == 1 } })
        #expect(ladder.target.tokens == 1e11 && ladder.target.points.allSatisfy(\.isEmpty))
        let pair = try Judge(thresholds: VerdictThresholds()).result(ladder).pairs[0]
        #expect(pair.rungGaps.count == 4)
        #expect(pair.findings.allSatisfy { $0.code != "targetTokensUnknown" })
    }

    @Test func aTargetCanBeGivenByItsModel() throws {
        let ladder = try table(crossed).ladder(target: .model(parameters: 1e9, tokens: 1e10))
        #expect(abs(ladder.target.scale / 6e19 - 1) < 0.01)
        #expect(ladder.target.label == "1 G parameters, 10 G tokens")
        // A trained model is found whatever the others cost per parameter and token; one of equal cost is told apart.
        let trained = try table(crossed).ladder(target: .model(parameters: 1e8, tokens: 1e10))
        #expect(trained.target.points.map { $0.map(\.loss) } == [[3.1], [3.05]])
        #expect(trained.rungs.count == 3)
        let long = try table(crossed + "x,1e7,1e11,6e18,0,3.5\n").ladder(target: .scale(6e18, tokens: 1e11))
        #expect(long.target.points[0].map(\.loss) == [3.5] && long.rungsAbove == ["100 M parameters, 10 G tokens"])
    }

    @Test func aTargetThatSeveralLengthsShareMustBeNamed() throws {
        let text = crossed + "x,1e7,1e11,6e18,0,3.5\n"
        #expect { try table(text).ladder(target: .scale(6e18)) } throws: {
            ($0 as? ScalebenchError)?.hint == "say which of them is the target: --target-tokens"
        }
        let open = try Judge(thresholds: VerdictThresholds()).result(table(crossed).ladder(target: .scale(6e19)))
        #expect(open.pairs[0].findings.contains { $0.code == "targetTokensUnknown" })
        #expect(open.targetTokens == nil)
    }

    @Test func targetsFarFromHowTheRungsWereTrainedAreSaidToBe() throws {
        let judge = Judge(thresholds: VerdictThresholds())
        let codes = { (tokens: Double) in
            try judge.result(try table(crossed).ladder(target: .scale(6e19, tokens: tokens))).pairs[0].findings
                .map(\.code)
        }
        #expect(try codes(1e12).contains("farTokens"))
        #expect(try !codes(2e10).contains("farTokens"))
    }

    @Test func pointsAlongOneRunAreNoticed() throws {
        // One model at four numbers of tokens.
        let more = { (seed: Int) in [3e9, 3e10].map { "x,1e7,\($0),\(6e7 * $0),\(seed),3.7\n" }.joined() }
        #expect(try table(crossed).findings.isEmpty)
        let finding = try #require(try table(crossed + more(0)).findings.first)
        #expect(
            finding.code == "alongOneRun" && finding.message.hasPrefix("x of 10 M parameters"), "\(finding.message)")
        // Points with seeds of their own are runs of their own.
        #expect(try table(crossed + more(1)).findings.isEmpty)
        // With tokens as the axis, the points of one run are found too.
        let along = (1...5).map { "x,1e7,\($0)e9,0,3.\($0)\ny,1e7,\($0)e9,0,3.\($0)5\n" }.joined()
        let text = "config,params,tokens,seed,loss\n" + along
        #expect(try table(text, .init(axis: .tokens)).findings.map(\.code) == ["alongOneRun"])
    }

    @Test func straightLaddersKeepTheirNames() throws {
        let straight = crossed.split(separator: "\n").filter { !$0.contains("e17") }.joined(separator: "\n")
        #expect(try table(straight).ladder(target: .scale(6e20)).rungs.map(\.label) == ["60 PFLOPs", "6 EFLOPs"])
    }

    @Test func candidatesOfDifferentLengthsShareARungWhereEachHasOne() throws {
        // Two architectures of equal cost: one spends it on parameters, the other on tokens.
        let text = """
            config,tokens,flops,seed,loss
            dense,1e9,6e16,0,4.0
            sparse,8e9,6e16,0,3.9
            dense,1e10,6e18,0,3.1
            sparse,8e10,6e18,0,3.0

            """
        let ladder = try table(text).ladder(target: .scale(6e20))
        #expect(ladder.rungs.count == 2 && ladder.rungs.allSatisfy { $0.points.allSatisfy { $0.count == 1 } })
    }

    @Test func costsAreCountedWhereTheyAreNotGiven() throws {
        let text = crossed.replacing("flops", with: "note")
        let ladder = try table(text, .init(axis: .flops)).ladder(target: .model(parameters: 1e9, tokens: 1e11))
        #expect(ladder.axis == .flops && abs(ladder.target.scale / 6e20 - 1) < 1e-9)
        #expect(ladder.rungs.count == 4)
        // Where FLOPs are not asked for, such a table is one in parameters.
        #expect(throws: ScalebenchError.self) { try table(text).ladder(target: .scale(1e9, tokens: 1e11)) }
    }

    @Test func runsOfOneSizeAndSeveralLengthsAreSentToFlops() {
        #expect { try table(crossed, .init(axis: .parameters)) } throws: {
            ($0 as? ScalebenchError)?.hint?.contains("--axis flops") == true
        }
    }

    @Test func tokensOfSomeRunsOnlyAreAnError() {
        let text = crossed.replacing("y,1e7,1e10,6e17", with: "y,1e7,,6e17")
        #expect { try table(text) } throws: {
            let error = $0 as? ScalebenchError
            return error?.location == "r.csv:5" && error?.message == "tokens is empty here and given in other rows"
        }
        let none = "config,flops,seed,loss\nx,1e16,0,4\ny,1e16,0,3\nx,1e17,0,3\ny,1e17,0,2\n"
        #expect { try table(none).ladder(target: .scale(1e18, tokens: 1e9)) } throws: {
            ($0 as? ScalebenchError)?.hint?.contains("leave out --target-tokens") == true
        }
    }
}
