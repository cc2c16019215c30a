// What `scalebench compare` trains.

public import ArgumentParser
import Benchmarking
public import Comparison
import Foundation

struct LadderOptions: ParsableArguments {
    @Option(help: "Suite: a name, or a folder with a suite.json.") var suite: String?
    @Option(help: "Data set instead of the suite's: a name, or a folder with a dataset.json.") var dataset: String?
    @Option(help: "Folder that keeps every run.") var store: String?
    @Option(help: "Runs trained at once; default: one per core.") var workers: Int?
    @Option(
        help: ArgumentHelp(
            "Where runs are trained: a launcher file, or local, slurm or prepare; default: the suite's, else here.",
            valueName: "file"))
    var launcher: String?
    @Option(help: "Seeds are counted from here; another number adds fresh runs.") var firstSeed: Int = 0
    @Flag(help: "Print runs, sizes, FLOPs, time and memory, and stop.") var dryRun = false
    @Flag(help: "Leave the target untrained.") var predictOnly = false
    @Option(help: "Make further runs until every winner has this probability; default: the suite's rule.")
    var until: Double?
    @Option(help: "What these further runs may cost: wall time such as 90m or 2h, or FLOPs such as 3e15.")
    var budget: Budget?
    @Flag(
        help:
            "Train every rung, every member of a sweep there, and the whole target, also once the verdict is decided."
    )
    var allRungs = false
    @Flag(help: "Train here what a baseline has, too.") var noBaselines = false

    func validate() throws {
        if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers takes 1 to 1024.") }
        if let until {
            guard until > 0.5, until < 1 else { throw ValidationError("--until takes a probability from 0.5 to 1.") }
            guard budget != nil else {
                throw ValidationError("--until needs a --budget: 2h of wall time, or 3e15 FLOPs.")
            }
        }
        guard (0...1_000_000_000).contains(firstSeed) else { throw ValidationError("--first-seed takes 0 to 10⁹.") }
    }

    var isUsed: Bool {
        suite != nil || dataset != nil || store != nil || workers != nil || launcher != nil
            || firstSeed != 0 || dryRun || predictOnly
            || allRungs || noBaselines || until != nil || budget != nil
    }

    func request(_ candidates: [String]) -> ComparisonRequest {
        var request = ComparisonRequest(candidates: candidates)
        if let suite { request.suite = suite }
        request.dataset = dataset
        if let store { request.store = store }
        if let workers { request.workers = workers }
        request.launcher = launcher
        request.firstSeed = firstSeed
        request.trainsTarget = !predictOnly
        request.trainsAllRungs = allRungs
        // The bare command is how people see a comparison being trained for the first time.
        request.usesBaselines = !noBaselines && !(candidates.isEmpty && suite == nil)
        request.until = until
        request.budget = budget
        request.program = Bundle.main.executablePath
        return request
    }
}

extension Budget: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
