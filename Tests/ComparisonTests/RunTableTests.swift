import Comparison
import Foundation
import ScalebenchCore
import Testing

@Suite struct RunTableTests {
    private func ladder(_ text: String, _ query: RunTable.Query = .init(), target: Double = 1e10) throws -> Ladder {
        let table = try RunTable(try DelimitedText(Data(text.utf8), file: "r.csv"), file: "r.csv", query: query)
        return try table.ladder(targetScale: target)
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
            ($0 as? ScalebenchError)?.hint == "choose one, for example --where 'metric=m1'"
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
