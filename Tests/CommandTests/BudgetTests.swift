// `compare --until 0.95 --budget 2h` trains the next best runs until all is decided or the budget is spent.

import Foundation
import Testing

struct BudgetTests {
    private func document(_ result: ToolResult) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    /// The order of the two turns beyond the top rung: only a rung nearer to the target, or the target, shows it.
    private func turning(_ scratch: Scratch, secondsPerStep: Double = 0) throws -> [String] {
        func law(_ amplitude: Double, _ exponent: Double) -> SyntheticLaw {
            SyntheticLaw(amplitude: amplitude, exponent: exponent, noise: 0.003, secondsPerStep: secondsPerStep)
        }
        return [
            "compare", try scratch.synthetic("a", law(1, 0.1)), try scratch.synthetic("b", law(1.1, 0.115)), "--suite",
            try scratch.syntheticSuite(target: 512), "--predict-only", "--workers", "2",
        ]
    }

    /// The noise is so large that the planned ladder cannot decide.
    private func arguments(_ scratch: Scratch, secondsPerStep: Double = 0) throws -> [String] {
        let law = { SyntheticLaw(amplitude: $0, noise: 0.02, secondsPerStep: secondsPerStep) }
        return [
            "compare", try scratch.synthetic("a", law(1)), try scratch.synthetic("b", law(1.04)), "--suite",
            try scratch.syntheticSuite(), "--json", "-", "--workers", "2", "--until", "0.99", "--budget", "2e14",
        ]
    }

    private func runCount(_ scratch: Scratch) -> Int {
        scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("job.json") }.count
    }

    @Test func theBudgetIsSpentOnTheNextBestRuns() throws {
        let scratch = try Scratch()
        let arguments = try arguments(scratch)
        let dry = try Tool.run(arguments + ["--dry-run"], in: scratch.url)
        #expect(dry.output.contains("then up to 200 TFLOPs of further runs"), "\(dry.output)\(dry.errors)")
        let first = try Tool.run(arguments, in: scratch.url)
        let further = try #require(try document(first)["furtherRuns"] as? [String: Any])
        let steps = try #require(further["steps"] as? [[String: Any]])
        #expect(!steps.isEmpty)
        let spent = try #require(further["spent"] as? Double)
        #expect(spent > 0 && spent <= 2e14 && further["unit"] as? String == "flops")
        #expect(abs(steps.compactMap { $0["spent"] as? Double }.reduce(0, +) - spent) < 1e-6 * spent)
        #expect(first.errors.contains("next: "), "\(first.errors)")
        let ladder = 2 * (4 + 3 + 2 + 2)
        #expect(runCount(scratch) > ladder)

        // Asked again, the same steps follow from the same records, and nothing is trained.
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(again.output == first.output && !again.errors.contains("started"))
        // A dry run in between says what would come next, and changes nothing.
        let files = scratch.files(under: ".scalebench/runs")
        _ = try Tool.run(arguments + ["--dry-run"], in: scratch.url)
        #expect(scratch.files(under: ".scalebench/runs") == files)
    }

    @Test func whatTheLadderDecidesCostsNothingMore() throws {
        let scratch = try Scratch()
        let result = try document(
            try Tool.run(
                [
                    "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.3)),
                    "--suite", try scratch.syntheticSuite(), "--json", "-", "--budget", "2h",
                ], in: scratch.url))
        let further = try #require(result["furtherRuns"] as? [String: Any])
        #expect(further["outcome"] as? String == "decided" && further["spent"] as? Double == 0)
        #expect(further["until"] as? Double == 0.95 && further["budget"] as? Double == 7200)
        // Neither the top rung nor the target is trained.
        #expect(runCount(scratch) == 2 * (4 + 3 + 2))
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        #expect(pair["verdict"] as? String == "aBetter")
    }

    @Test func aRungIsAddedWhereItHelpsMost() throws {
        let scratch = try Scratch()
        let plain = try turning(scratch) + ["--json", "-"], budget = ["--until", "0.97", "--budget", "1e14"]
        let before = try Tool.run(plain, in: scratch.url)
        let board = try Tool.run(["leaderboard", "--json", "-"], in: scratch.url)
        let known = try Tool.run(try turning(scratch) + ["--dry-run"], in: scratch.url)
        #expect(known.output.contains("Cheapest way to a decision: "), "\(known.output)\(known.errors)")
        // A dry run names the step, with its cost.
        let dry = try Tool.run(try turning(scratch) + budget + ["--dry-run"], in: scratch.url)
        #expect(dry.output.contains("a new rung, width 256, 524 k tokens"), "\(dry.output)\(dry.errors)")
        #expect(dry.output.contains("next: 1 run of a and b each at a new rung, width 256"), "\(dry.output)")
        let files = scratch.files(under: ".scalebench/runs")
        let result = try document(try Tool.run(plain + budget, in: scratch.url))
        let ladder = try #require(result["ladder"] as? [[String: Any]])
        #expect(ladder.compactMap { $0["label"] as? String }.contains("width 256, 524 k tokens"))
        let steps = try #require((result["furtherRuns"] as? [String: Any])?["steps"] as? [[String: Any]])
        #expect(steps.first?["label"] as? String == "a new rung, width 256, 524 k tokens")
        #expect(scratch.files(under: ".scalebench/runs").count > files.count)
        // Neither the board nor a compare without a budget uses the new rung.
        #expect(try Tool.run(["leaderboard", "--json", "-"], in: scratch.url).output == board.output)
        #expect(try Tool.run(plain, in: scratch.url).output == before.output)
        // Asked again, the rung is in the store; a dry run then tells what comes after it.
        let again = try Tool.run(plain + budget, in: scratch.url)
        let ladderAgain = try document(again)["ladder"] as? NSArray
        #expect(!again.errors.contains("started") && ladderAgain == ladder as NSArray)
        let after = try Tool.run(try turning(scratch) + budget + ["--dry-run"], in: scratch.url)
        #expect(after.output.contains("Further runs until 97.0 %: 1 run of each at a new rung"), "\(after.output)")
    }

    /// Runs with little noise whose ladder leaves some doubt, which the start of the target removes.
    private func started(_ scratch: Scratch) throws -> [String] {
        func law(_ amplitude: Double, _ exponent: Double) -> SyntheticLaw {
            SyntheticLaw(amplitude: amplitude, exponent: exponent, noise: 0.004, secondsPerStep: 0.002)
        }
        return [
            "compare", try scratch.synthetic("a", law(1, 0.1)), try scratch.synthetic("b", law(1.06, 0.112)), "--suite",
            try scratch.syntheticSuite(curvePoints: 20), "--workers", "2",
        ]
    }

    @Test func aPartOfTheTargetIsAChoice() throws {
        let scratch = try Scratch(), budget = ["--until", "0.99", "--budget", "1e15"]
        let arguments = try started(scratch)
        let first = try Tool.run(arguments + budget + ["--json", "-"], in: scratch.url), result = try document(first)
        let further = try #require(result["furtherRuns"] as? [String: Any])
        let step = try #require((further["steps"] as? [[String: Any]])?.last),
            share = try #require(step["toShare"] as? Double)
        #expect(further["outcome"] as? String == "decided" && share < 1)
        #expect((step["label"] as? String)?.hasPrefix("the target up to ") == true)
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        let early = try #require(pair["earlyForecast"] as? [String: Any])
        #expect(abs((early["fraction"] as? Double ?? 0) - share) < 0.01)
        // The step costs two runs of that fraction of their schedule.
        let target = try #require((result["targetScale"] as? Double))
        #expect(abs((step["spent"] as? Double ?? 0) - 2 * share * target) < 0.01 * target)
        let told = try Tool.run(arguments + budget, in: scratch.url)
        #expect(told.output.contains("trains them to their end"), "\(told.output)")

        // Asked again, nothing is trained; a dry run lists the steps.
        let again = try Tool.run(arguments + budget + ["--json", "-"], in: scratch.url)
        #expect(again.output == first.output && !again.errors.contains("started"))
        let dry = try Tool.run(arguments + budget + ["--dry-run"], in: scratch.url)
        #expect(
            dry.output.contains("the target up to 50 %") && dry.output.contains("every pair is decided"),
            "\(dry.output)")

        let timed = ["--until", "0.99", "--budget", "1h", "--json", "-"]
        let timedBefore = try document(try Tool.run(arguments + timed, in: scratch.url))

        // With --all-rungs the runs go on to the result of runs that were never stopped; the budget's steps stay.
        let plain = ["--json", "-", "--all-rungs"],
            whole = try document(try Tool.run(arguments + plain, in: scratch.url))
        let undisturbed = try Scratch()
        let reference = try document(
            try Tool.run(try started(undisturbed) + plain, in: undisturbed.url))
        #expect(try pairsWithoutDeviceTime(whole) == pairsWithoutDeviceTime(reference))
        let after = try document(try Tool.run(arguments + budget + ["--json", "-"], in: scratch.url))
        #expect(after["furtherRuns"] as? NSDictionary == further as NSDictionary)
        // A budget in time, too, counts only what it had asked for.
        let timedAfter = try document(try Tool.run(arguments + timed, in: scratch.url))
        #expect(timedAfter["furtherRuns"] as? NSDictionary == timedBefore["furtherRuns"] as? NSDictionary)
    }

    @Test func interruptedItGoesOn() throws {
        let scratch = try Scratch(), undisturbed = try Scratch()
        let arguments = try arguments(scratch, secondsPerStep: 0.002)
        let running = try Tool.start(arguments, in: scratch.url)
        while running.process.isRunning, runCount(scratch) <= 22 { usleep(5_000) }
        kill(running.process.processIdentifier, SIGTERM)
        _ = running.wait()
        let resumed = try Tool.run(arguments, in: scratch.url)
        let whole = try Tool.run(try self.arguments(undisturbed, secondsPerStep: 0.002), in: undisturbed.url)
        #expect(resumed.status == 0 && whole.status == 0, "\(resumed.errors)\(whole.errors)")
        #expect(withoutSeconds(resumed) == withoutSeconds(whole))
    }

    /// A result without what tells measured time.
    private func withoutSeconds(_ result: ToolResult) -> [Substring] {
        result.withoutDeviceTime.split(separator: "\n").filter { !$0.contains("\"secondsSaved\"") }
    }

    @Test func interruptedAtThePartItGoesOn() throws {
        let scratch = try Scratch(), undisturbed = try Scratch()
        let budget = ["--until", "0.999", "--budget", "1h", "--json", "-", "--quiet"]
        let arguments = try started(scratch) + budget
        let running = try Tool.start(arguments, in: scratch.url)
        while running.process.isRunning, runCount(scratch) < 24 { usleep(5_000) }
        usleep(60_000)
        kill(running.process.processIdentifier, SIGTERM)
        let status = running.wait().status
        let resumed = try document(try Tool.run(arguments, in: scratch.url))
        let whole = try document(
            try Tool.run(try started(undisturbed) + budget, in: undisturbed.url))
        #expect(status == 75)
        #expect(try pairsWithoutDeviceTime(resumed) == pairsWithoutDeviceTime(whole))
        func labels(_ document: [String: Any]) -> [String] {
            let steps = (document["furtherRuns"] as? [String: Any])?["steps"] as? [[String: Any]]
            return (steps ?? []).compactMap { $0["label"] as? String }
        }
        #expect(labels(resumed) == labels(whole) && labels(whole).contains { $0.hasPrefix("the target up to") })
    }

    @Test(arguments: [
        (["--until", "0.95"], "--budget"), (["--budget", "soon"], "soon"),
        (["--until", "1.2", "--budget", "2h"], "0.5"),
    ])
    func impossibleWishesAreRefused(options: [String], word: String) throws {
        let scratch = try Scratch()
        let result = try Tool.run(["compare"] + options, in: scratch.url)
        #expect(result.status == 64 && result.errors.contains(word), "\(result.errors)")
    }
}
