// Families of candidates: a file that sweeps a number, and a table whose columns are settings.

import Foundation
import Testing

struct SweepTests {
    private func document(_ result: ToolResult) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    /// Runs of the built-in trainer on a small text: seven rates of a tiny model.
    private func rates(_ scratch: Scratch, within: String = "") throws -> [String] {
        try scratch.buildText()
        let rung = { (width: Int) in #"{ "width": \#(width), "layers": 1, "tokens": 16384, "seeds": 3 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "Which rate?", "dataset": "../text", "contextLength": 32,
              "rungs": [\(rung(8)), \(rung(16)), \(rung(24)), \(rung(32))],
              "target": { "width": 64, "layers": 1, "tokens": 16384 },
              "evaluation": { "sequences": 64, "curvePoints": 20, "curveSequences": 8 } }
            """, to: "small/suite.json")
        try scratch.write(
            """
            { "model": { "heads": 2 }, "optimizer": { "learningRate": {
              "sweep": { "from": 0.001, "to": 0.064, "count": 7 }\(within) } }, "batchTokens": 256 }
            """, to: "rates.json")
        return ["compare", "rates.json", "--suite", "./small", "--json", "-", "--workers", "2"]
    }

    @Test func aFamilyAloneIsStudied() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch)
        let first = try Tool.run(arguments, in: scratch.url)
        let result = try document(first)
        let family = try #require((result["families"] as? [[String: Any]])?.first)
        #expect(family["settings"] as? [String] == ["learningRate"])
        let scales = try #require(family["scales"] as? [[String: Any]])
        #expect(scales.count == 5 && scales.last?["isTarget"] as? Bool == true)
        // The one run at the target is the member's that was forecast to be the best, and it is the reference.
        let best = try #require(family["bestMember"] as? String)
        #expect((result["candidates"] as? [String])?.first == best)
        let members = try #require(scales.last?["members"] as? [[String: Any]])
        let trained = members.filter { !($0["loss"] is NSNull) }
        #expect(trained.count == 1 && trained.first?["candidate"] as? String == best)
        // The family is diagnosed by its best member of every rung.
        let diagnostics = try #require(result["diagnostics"] as? [[String: Any]])
        #expect(diagnostics.map { $0["candidate"] as? String } == ["rates"])
        let diagnosed = try #require(diagnostics[0]["rungs"] as? [[String: Any]])
        for (rung, scale) in zip(diagnosed, scales) {
            let losses = (scale["members"] as? [[String: Any]] ?? []).compactMap { member in
                (member["loss"] as? Double).map { (name: member["candidate"] as? String, loss: $0) }
            }
            #expect(rung["member"] as? String == losses.min { $0.loss < $1.loss }?.name)
            #expect(rung["updateToWeightMedian"] as? Double ?? 0 > 0)
        }
        #expect(diagnosed.count == 5)
        let cost = try #require(family["cost"] as? [String: Any])
        let flops = cost["flops"] as? Double ?? 0, whole = cost["flopsOfWholeSweep"] as? Double ?? 0
        #expect(flops > 0 && flops <= whole)
        // Asked again, nothing is trained and the answer is the same.
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(!again.errors.contains("started") && again.output == first.output, "\(again.errors)")
        // The family is one row of the leaderboard.
        let board = try Tool.run(["leaderboard", "--suite", "small", "--format", "json"], in: scratch.url)
        let row = try #require(try rows(board).first)
        #expect(row["candidate"] as? String == "rates" && row["basis"] as? String == "observed")
        let behind = try #require(row["family"] as? [String: Any])
        #expect(behind["settings"] as? [String] == ["learningRate"] && (behind["members"] as? [Any])?.count == 7)
        #expect(behind["runs"] as? Int == row["runs"] as? Int && behind["lowest"] as? String == best)
        // All members were trained at the two smallest rungs, not only the best ones.
        for member in try #require(behind["members"] as? [[String: Any]]) {
            #expect((member["losses"] as? [Any])?.prefix(2).allSatisfy { !($0 is NSNull) } == true, "\(member)")
        }
        let listed = try Tool.run(["runs", "list", "--candidate", best], in: scratch.url)
        #expect(listed.status == 0 && listed.output.contains("width 64"), "\(listed.output)\(listed.errors)")
    }

    private func rows(_ board: ToolResult) throws -> [[String: Any]] {
        let boards = try document(board)["leaderboards"] as? [[String: Any]]
        return try #require(boards?.first?["ranking"] as? [[String: Any]])
    }

    /// A family stands on the leaderboard with its valley beside the candidates that were compared on their own.
    @Test func aFamilyIsRankedBesideOthers() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch)
        #expect(try Tool.run(arguments, in: scratch.url).status == 0)
        try scratch.write(
            #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": 0.0001 }, "batchTokens": 256 }"#,
            to: "slow.json")
        try scratch.write(
            #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": 0.0002 }, "batchTokens": 256 }"#,
            to: "slower.json")
        var others = arguments
        others[1] = "slow.json"
        others.insert("slower.json", at: 2)
        #expect(try Tool.run(others, in: scratch.url).status == 0)
        let board = try Tool.run(["leaderboard", "--suite", "small", "--format", "json"], in: scratch.url)
        let ranking = try rows(board)
        #expect(ranking.map { $0["candidate"] as? String } == ["rates", "slower", "slow"])
        let text = try Tool.run(["leaderboard", "--suite", "small"], in: scratch.url)
        #expect(text.output.contains("rates is a family of 7 members over learningRate"), "\(text.output)")
    }

    /// `--all-rungs` leaves out no member, and where the bottom is flat its members have several seeds.
    @Test func everyMemberIsTrainedWhenAsked() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch) + ["--all-rungs"]
        let result = try document(try Tool.run(arguments, in: scratch.url))
        let family = try #require((result["families"] as? [[String: Any]])?.first)
        let scales = try #require(family["scales"] as? [[String: Any]]).dropLast()
        for scale in scales {
            let members = try #require(scale["members"] as? [[String: Any]])
            #expect(members.count == 7 && members.allSatisfy { !($0["loss"] is NSNull) })
        }
        let ladder = try #require(result["ladder"] as? [[String: Any]])
        let runs = ladder.map { rung in
            (rung["candidates"] as? [[String: Any]] ?? []).map { ($0["losses"] as? [Any])?.count ?? 0 }
        }
        #expect(runs.prefix(2).allSatisfy { $0.allSatisfy { $0 <= 1 } }, "\(runs)")
        #expect(runs[2...].joined().contains { $0 > 1 } && runs.joined().allSatisfy { $0 <= 3 }, "\(runs)")
    }

    /// What is trained at a rung follows from the rungs below alone, so that kills change nothing.
    @Test func anInterruptedSweepGoesOn() throws {
        let scratch = try Scratch(), undisturbed = try Scratch()
        let whole = try Tool.run(try rates(undisturbed), in: undisturbed.url)
        #expect(whole.status == 0, "\(whole.errors)")
        let arguments = try rates(scratch)
        for round in 1...6 {
            let running = try Tool.start(arguments, in: scratch.url)
            usleep(UInt32(60_000 * round))
            kill(running.process.processIdentifier, SIGTERM)
            _ = running.wait()
        }
        let rest = try Tool.run(arguments, in: scratch.url)
        #expect(rest.status == 0 && rest.withoutDeviceTime == whole.withoutDeviceTime, "\(rest.errors)")
    }

    /// The bottom lies above all rates that are asked for, so the sweep goes on inside its bounds.
    @Test func theBracketGrows() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch, within: #", "within": [0.00001, 0.1]"#)
        let file = scratch.url.appendingPathComponent("rates.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing(
            #""from": 0.001, "to": 0.064, "count": 7"#, with: #""from": 0.00002, "to": 0.00032, "count": 5"#
        )
        .write(to: file, atomically: true, encoding: .utf8)
        let result = try document(try Tool.run(arguments + ["--predict-only"], in: scratch.url))
        let family = try #require((result["families"] as? [[String: Any]])?.first)
        let members = try #require((family["scales"] as? [[String: Any]])?.first?["members"] as? [[String: Any]])
        let tried = members.filter { !($0["loss"] is NSNull) }.compactMap { ($0["values"] as? [Double])?.first }
        #expect((tried.max() ?? 0) > 0.0005, "\(tried)")
    }

    @Test func tunedIsJudgedAgainstTuned() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch)
        try scratch.write(
            """
            { "model": { "heads": 2 }, "optimizer": { "type": "sgd", "weightDecay": 0, "learningRate": {
              "sweep": [0.01, 0.03, 0.1, 0.3, 1] } }, "batchTokens": 256 }
            """, to: "plain.json")
        var both = arguments
        both.insert("plain.json", at: 2)
        let result = try document(try Tool.run(both + ["--predict-only"], in: scratch.url))
        #expect(result["candidates"] as? [String] == ["rates", "plain"])
        #expect((result["families"] as? [Any])?.count == 2)
        // A family's loss at a rung is the bottom of its valley: near the best member's, not the mean of all.
        let rung = try #require((result["ladder"] as? [[String: Any]])?.first?["candidates"] as? [[String: Any]])
        for (place, family) in try #require(result["families"] as? [[String: Any]]).enumerated() {
            let members = try #require((family["scales"] as? [[String: Any]])?.first?["members"] as? [[String: Any]])
            let lowest = try #require(members.compactMap { $0["loss"] as? Double }.min())
            let tuned = try #require(rung[place]["meanLoss"] as? Double)
            #expect(abs(tuned / lowest - 1) < 0.02, "\(tuned) and \(lowest)")
        }
        // A plain candidate may stand against a family.
        try scratch.write(
            #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": 0.0001 }, "batchTokens": 256 }"#,
            to: "slow.json")
        both[2] = "slow.json"
        let mixed = try document(try Tool.run(both + ["--predict-only"], in: scratch.url))
        #expect(mixed["candidates"] as? [String] == ["rates", "slow"])
    }

    @Test func aDryRunSaysWhatASweepCosts() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch).filter { !["--json", "-"].contains($0) }
        let told = try Tool.run(arguments + ["--dry-run"], in: scratch.url)
        #expect(told.status == 0 && told.output.contains("This is the whole sweep"), "\(told.output)\(told.errors)")
        #expect(told.output.contains("29 of 29 runs to do"), "\(told.output)")
        #expect(scratch.files(under: ".scalebench").isEmpty)
        let budget = try Tool.run(arguments + ["--budget", "2h"], in: scratch.url)
        #expect(budget.status == 1 && budget.errors.contains("--budget"), "\(budget.errors)")
    }

    @Test func aShortSweepIsRefusedBeforeItIsTrained() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch)
        try scratch.write(
            #"{ "optimizer": { "learningRate": { "sweep": [0.001, 0.002, 0.004] } }, "batchTokens": 256 }"#,
            to: "rates.json")
        let refused = try Tool.run(arguments, in: scratch.url)
        #expect(
            refused.status == 1 && refused.errors.contains("sweeps 3 values, and a valley takes 5"), "\(refused.errors)"
        )
        #expect(scratch.files(under: ".scalebench").isEmpty)
    }

    // MARK: - Tables

    /// Seven rates whose bottom moves: at the top rung 0.004 leads, at the target 0.002 does.
    private func table(_ scratch: Scratch, header: String = "candidate,rate,scale,loss") throws -> String {
        var rows = [header]
        for rung in 0..<5 {
            for member in 0..<7 {
                let rate = 0.001 * pow(2, Double(member)), scale = 1e9 * pow(4, Double(rung))
                let distance = log(rate / 0.016) + 0.25 * log(scale / 1e9)
                let wiggle = 0.0004 * sin(Double(7 * rung + 3 * member))
                let loss = 3 * pow(scale / 1e9, -0.05) * exp(0.03 * distance * distance + wiggle)
                rows.append("m\(member),\(rate),\(scale),\(loss)")
            }
        }
        try scratch.write(rows.joined(separator: "\n") + "\n", to: "table.csv")
        return "table.csv"
    }

    @Test func columnsOfATableAreSettings() throws {
        let scratch = try Scratch()
        let file = try table(scratch)
        let arguments = ["compare", "--runs", file, "--target-scale", "4e12", "--setting", "rate", "--json", "-"]
        let best = try document(try Tool.run(arguments + ["--best"], in: scratch.url))
        #expect((best["candidates"] as? [String])?.first == "m1")
        let family = try #require((best["families"] as? [[String: Any]])?.first)
        let drift = try #require((family["drift"] as? [[String: Any]])?.first?["perScale"] as? [String: Any])
        let interval = try #require(drift["interval90"] as? [Double])
        #expect(interval[0] < -0.25 && -0.25 < interval[1] && interval[1] < -0.1, "\(interval)")
        // Two are judged, all teach: without the setting the leader at the top rung is preferred.
        let two = try document(try Tool.run(arguments + ["m1", "m2"], in: scratch.url))
        #expect(two["candidates"] as? [String] == ["m1", "m2"])
        let pair = try #require((two["pairs"] as? [[String: Any]])?.first)
        #expect((pair["probabilityABetter"] as? Double ?? 0) > 0.5)
        let findings = try #require(pair["findings"] as? [[String: Any]])
        #expect(findings.contains { $0["code"] as? String == "pooledOverSettings" })
        let alone = try document(
            try Tool.run(
                ["compare", "--runs", file, "--target-scale", "4e12", "--json", "-", "m1", "m2"], in: scratch.url))
        #expect(alone["families"] is NSNull)
    }

    @Test func tooFewMembersAreSaid() throws {
        let scratch = try Scratch()
        try scratch.write(
            "candidate,rate,scale,loss\na,1,1e9,3\nb,2,1e9,2.9\na,1,1e10,2.8\nb,2,1e10,2.7\n", to: "two.csv")
        let told = try Tool.run(
            ["compare", "--runs", "two.csv", "--target-scale", "1e11", "--setting", "rate"], in: scratch.url)
        #expect(told.status == 0 && told.output.contains("do not show what rate does"), "\(told.output)")
    }

    @Test func familiesOfOneNameAreRefused() throws {
        let scratch = try Scratch()
        let arguments = try rates(scratch)
        try scratch.write(
            #"{ "name": "rates", "optimizer": { "learningRate": { "sweep": [0.01, 0.02, 0.03, 0.05, 0.07] } }, "batchTokens": 256 }"#,
            to: "other.json")
        let refused = try Tool.run(arguments + ["other.json"], in: scratch.url)
        #expect(
            refused.status == 1 && refused.errors.contains("two candidates are named \"rates\""), "\(refused.errors)")
    }

    @Test func settingsThatCannotBeReadAreErrors() throws {
        let scratch = try Scratch()
        let file = try table(scratch)
        let arguments = ["compare", "--runs", file, "--target-scale", "4e12"]
        for (more, message) in [
            (["--setting", "rates", "--best"], "did you mean"), (["--best"], "--best goes with --setting"),
            (["--setting", "candidate", "--best"], "is not a positive number"),
            (["--setting", "rate", "--best", "--reference", "m1"], "not both"),
        ] {
            let refused = try Tool.run(arguments + more, in: scratch.url)
            #expect(refused.status != 0 && refused.errors.contains(message), "\(more): \(refused.errors)")
        }
    }
}
