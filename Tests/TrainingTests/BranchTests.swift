import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training
import Transformer

/// A run that goes on from a shorter one of its trunk ends as if it had been trained alone.
@Suite(.serialized) struct BranchTests {
    private let folder: TemporaryFolder
    private let dataset: TokenDataset

    init() throws {
        folder = try TemporaryFolder()
        dataset = try makeDataset(in: folder)
    }

    /// Runs of `wsd` with four steps of warm-up, whose rate falls over the last fifth.
    private func specs(_ steps: [Int]) throws -> [RunSpec] {
        try steps.map { steps in
            var spec = try makeSpec(
                steps: steps, dataHash: dataset.contentHash, vocabularySize: dataset.vocabularySize)
            spec.schedule = ScheduleConfig(type: .wsd, warmupSteps: 4, decaySteps: steps / 5, finalFraction: 0.1)
            return spec
        }
    }

    /// The folder of a run in a store of its own, with its job.
    private func prepared(_ spec: RunSpec, in store: String, of specs: [RunSpec] = []) throws -> RunFolder {
        let run = RunFolder("\(folder.path)/\(store)/\(spec.runID)")
        let trunk = RunJob.Trunk(
            shorter: specs.filter { $0.steps < spec.steps }.map(\.runID).reversed(),
            longer: specs.filter { $0.steps > spec.steps })
        try RunJob(spec, dataset: .init(name: "d", folder: "\(folder.path)/data"), trunk: specs.isEmpty ? nil : trunk)
            .write(to: run)
        return run
    }

    private func alone(_ spec: RunSpec) throws -> RunFolder {
        let run = try prepared(spec, in: "alone")
        #expect(try perform(run) == .completed)
        return run
    }

    private func perform(_ run: RunFolder, stopAfter step: Int? = nil) throws -> TrainingOutcome {
        let stop = StopRequest()
        return try TrainingRun(run, options: testOptions) { job in
            InterferingTrainer(try makeTrainer(for: job)) { now, result in
                if now == step { stop.request() }
                return result
            }
        }.perform(stop: stop)
    }

    private func expectEqual(_ run: RunFolder, _ other: RunFolder) throws {
        #expect(try Result(readRecord(run)) == Result(readRecord(other)))
        #expect(try InputFile.read(run.weights) == InputFile.read(other.weights))
    }

    /// Runs of different length have the same rate up to the step where the shorter one's begins to fall.
    @Test(arguments: [(20, 4, 4), (20, 4, 0), (20, 0, 30), (6, 9, 3), (100, 10, 33), (1, 0, 0)])
    func theRateOfAShorterRunIsThatOfALongerOne(steps: Int, warmup: Int, decay: Int) throws {
        for type in [ScheduleConfig.Kind.wsd, .constant] {
            var spec = try specs([steps])[0]
            spec.schedule = ScheduleConfig(
                type: type, warmupSteps: warmup, decaySteps: decay, finalFraction: 0.1)
            let short = LearningRateSchedule(spec.schedule, steps: steps), steady = spec.steadySteps
            spec.schedule.decaySteps = 3 * decay
            let long = LearningRateSchedule(spec.schedule, steps: 5 * steps + warmup)
            #expect((0..<steady).allSatisfy { short.fraction(atStep: $0) == long.fraction(atStep: $0) })
            // The next step is the first of the decay.
            if steady < steps { #expect(short.fraction(atStep: steady) < long.fraction(atStep: steady)) }
        }
        var cosine = try specs([steps])[0]
        cosine.schedule.type = .cosine
        #expect(cosine.steadySteps == 0 && cosine.trunk == nil)
    }

    @Test func everyBudgetEndsWithTheBitsOfARunOfItsOwn() throws {
        // The evaluations of one run are at no multiple of those of another.
        let specs = try specs([41, 77, 130])
        let runs = try specs.map { try prepared($0, in: "chain", of: specs) }
        for run in runs { #expect(try perform(run) == .completed) }
        for (run, spec) in zip(runs, specs) { try expectEqual(run, alone(spec)) }
        let branches = try runs.map { try readRecord($0).branch }
        #expect(branches.map { $0?.step } == [nil, specs[0].steadySteps, specs[1].steadySteps])
        #expect(branches.map { $0?.runID } == [nil, specs[0].runID, specs[1].runID])
        let record = try readRecord(runs[2])
        #expect(record.ownShare(of: specs[2]) == 1 - Double(specs[1].steadySteps) / 130)
        #expect(try #require(record.ownSeconds) < #require(record.end).seconds)
        // Nothing is left behind.
        for run in runs {
            #expect(access(run.branches, F_OK) != 0 && access(run.checkpoints, F_OK) != 0)
        }
    }

    @Test func aRunOfConstantRateGoesOnFromTheEndOfAShorterOne() throws {
        var specs = try specs([30, 50])
        for index in specs.indices {
            specs[index].schedule = ScheduleConfig(type: .constant, warmupSteps: 4, finalFraction: 0.1)
        }
        let runs = try specs.map { try prepared($0, in: "constant", of: specs) }
        for run in runs { #expect(try perform(run) == .completed) }
        #expect(try readRecord(runs[1]).branch?.step == 30)
        try expectEqual(runs[1], alone(specs[1]))
    }

    @Test func interruptionsChangeNothing() throws {
        let specs = try specs([40, 80])
        let runs = try specs.map { try prepared($0, in: "interrupted", of: specs) }
        for step in [3, 17, 32, 35] { #expect(try perform(runs[0], stopAfter: step) == .interrupted) }
        #expect(try perform(runs[0]) == .completed)
        // Once before its own first checkpoint, and once from there.
        #expect(try perform(runs[1], stopAfter: 34) == .interrupted)
        #expect(try perform(runs[1], stopAfter: 60) == .interrupted)
        #expect(try perform(runs[1]) == .completed)
        let record = try readRecord(runs[1])
        #expect(record.branch?.step == specs[0].steadySteps && record.start?.resumedFromStep == 60)
        try expectEqual(runs[1], alone(specs[1]))
    }

    @Test func withoutAUsableBranchTheRunIsTrainedFromItsFirstStep() throws {
        let specs = try specs([20, 40]), whole = try alone(specs[1])
        let first = try prepared(specs[0], in: "chain", of: specs)
        #expect(try perform(first) == .completed)
        let branch = "\(first.branch(to: specs[1].runID))/step-\(specs[0].steadySteps)"
        let files = try FileManager.default.contentsOfDirectory(atPath: branch)
        #expect(files.count == 4)
        for name in files + ["missing"] {
            try FileManager.default.copyItem(atPath: "\(folder.path)/chain", toPath: "\(folder.path)/\(name)-store")
            let copy = branch.replacingOccurrences(of: "/chain/", with: "/\(name)-store/")
            if name == "missing" {
                try FileManager.default.removeItem(atPath: copy)
            } else {
                var data = try Data(contentsOf: URL(fileURLWithPath: "\(copy)/\(name)"))
                data[data.count / 2] ^= 1
                try data.write(to: URL(fileURLWithPath: "\(copy)/\(name)"))
            }
            let run = try prepared(specs[1], in: "\(name)-store", of: specs)
            #expect(try perform(run) == .completed)
            #expect(try readRecord(run).branch == nil, "\(name)")
            try expectEqual(run, whole)
        }
    }

    /// A run that was begun without knowing of the longer one cannot say what that one would have recorded.
    @Test func aRunThatIsUnderWayLeavesNoBranch() throws {
        let specs = try specs([20, 40])
        #expect(try perform(prepared(specs[0], in: "late"), stopAfter: 5) == .interrupted)
        let runs = try specs.map { try prepared($0, in: "late", of: specs) }
        for run in runs { #expect(try perform(run) == .completed) }
        #expect(try readRecord(runs[1]).branch == nil)
        try expectEqual(runs[1], alone(specs[1]))
    }

    /// A branch is only used for the run that it was written for.
    @Test func otherRunsDoNotGoOnFromIt() throws {
        var specs = try specs([20, 40])
        specs[1].optimizer.weightDecay = 0
        let runs = try specs.map { try prepared($0, in: "other", of: specs) }
        for run in runs { #expect(try perform(run) == .completed) }
        #expect(try readRecord(runs[1]).branch == nil && access(runs[0].branches, F_OK) != 0)
        try expectEqual(runs[1], alone(specs[1]))
    }

    /// Both runs are killed again and again, in the middle of steps, of branches and of the events that follow one.
    @Test func killedAtAnyMoment() async throws {
        let specs = try specs([2500, 5000])
        let runs = try specs.map { try prepared($0, in: "killed", of: specs) }
        for kills in 0..<14 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [paths = runs.map(\.path) as [String], microseconds = UInt32(50_000 + 9_001 * kills) as UInt32] in
                Thread.detachNewThread {
                    usleep(microseconds)
                    kill(getpid(), SIGKILL)
                }
                var options = testOptions
                options.checkpointSeconds = 0.002
                for path in paths {
                    _ = try TrainingRun(RunFolder(path), options: options).perform(stop: StopRequest())
                }
                while true { sleep(1) }
            }
        }
        for run in runs { #expect(try perform(run) == .completed) }
        for (run, spec) in zip(runs, specs) { try expectEqual(run, alone(spec)) }
        #expect(try readRecord(runs[1]).branch?.step == specs[0].steadySteps)
    }
}
