import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training

/// The run loop around real training steps. TransformerTests test the steps themselves.
@Suite struct BuiltinTrainerTests {
    private let folder: TemporaryFolder
    private let dataset: TokenDataset

    init() throws {
        folder = try TemporaryFolder()
        dataset = try makeDataset(in: folder)
    }

    private func spec(steps: Int, learningRate: Double = 0.01, model: String = "", optimizer: String = "") throws
        -> RunSpec
    {
        try makeSpec(
            steps: steps, dataHash: dataset.contentHash, vocabularySize: dataset.vocabularySize,
            learningRate: learningRate, model: model, optimizer: optimizer)
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

    @Test func learnsAndRecords() throws {
        let run = try makeRun(try spec(steps: 200), in: folder)
        #expect(try perform(run) == .completed)
        let record = try readRecord(run)
        let first = try #require(record.steps.first?.natsPerToken)
        let final = try #require(record.finalEvaluation)
        // Untrained, the model has the loss of a uniform guess; the data's entropy is 0.56 nats per token.
        #expect(abs(first - log(16)) < 0.2)
        #expect(try #require(final.natsPerToken) < 1.2)
        #expect(final.sequenceNatsPerToken?.count == 6)
        #expect(try #require(final.standardError) > 0)
        #expect(record.start?.machine["blas"]?.isEmpty == false)
        #expect(record.start?.machine["scalebench"] == "test")
        let rates = record.steps.compactMap(\.learningRate)
        #expect(rates.max()! <= 0.01 && rates.last! < 0.002)
    }

    @Test(arguments: [1, 2]) func eventsSayHowManyCoresWereUsed(cores: Int) throws {
        var spec = try spec(steps: 3)
        spec.batchSequences = 256
        let run = try makeRun(spec, in: folder, name: "on-\(cores)")
        var options = testOptions
        options.cores = CoreAllowance(cores)
        #expect(try TrainingRun(run, options: options).perform(stop: StopRequest()) == .completed)
        #expect(try readRecord(run).steps.map(\.devices) == Array(repeating: cores == 1 ? nil : 2, count: 3))
    }

    @Test(arguments: OptimizerConfig.Kind.allCases)
    func sameSpecSameBitsHoweverInterrupted(_ kind: OptimizerConfig.Kind) throws {
        let spec = try spec(
            steps: 60, model: #", "dropout": 0.1"#,
            optimizer: #", "type": "\#(kind.rawValue)", "l2Penalty": 0.1, "gradientNormalization": "rms""#)
        let whole = try makeRun(spec, in: folder, name: "whole")
        #expect(try perform(whole) == .completed)
        let again = try makeRun(spec, in: folder, name: "again")
        #expect(try perform(again) == .completed)
        #expect(try Result(readRecord(again)) == Result(readRecord(whole)))
        let stopped = try makeRun(spec, in: folder, name: "stopped")
        for step in [1, 2, 17, 48, 59] {
            #expect(try perform(stopped, stopAfter: step) == .interrupted)
        }
        #expect(try perform(stopped) == .completed)
        #expect(try Result(readRecord(stopped)) == Result(readRecord(whole)))
        #expect(try InputFile.read(stopped.weights) == InputFile.read(whole.weights))
    }

    @Test func checkpointOfWhichAPartIsDamagedIsNotUsed() throws {
        let spec = try spec(steps: 20)
        let whole = try makeRun(spec, in: folder, name: "whole")
        _ = try perform(whole)
        for file in ["model.safetensors", "optimizer.safetensors", "state.json"] {
            let run = try makeRun(spec, in: folder, name: "damaged-\(file)")
            _ = try perform(run, stopAfter: 10)
            let path = "\(run.checkpoints)/step-10/\(file)"
            try InputFile.read(path).dropLast(5).write(to: URL(fileURLWithPath: path))
            #expect(try perform(run) == .completed)
            let record = try readRecord(run)
            #expect(record.start?.resumedFromStep == 0)
            #expect(try Result(record) == Result(readRecord(whole)))
        }
    }

    @Test func absurdLearningRateDivergesAndIsAResult() throws {
        let run = try makeRun(try spec(steps: 200, learningRate: 90), in: folder)
        #expect(try perform(run) == .diverged)
        let record = try readRecord(run)
        #expect(record.isFinished)
        #expect(try #require(record.end?.step) < 200)
        #expect(record.end?.reason?.isEmpty == false)
        #expect(!record.steps.isEmpty && record.steps.allSatisfy { $0.natsPerToken != nil })
    }

    @Test func otherDataAreRefused() throws {
        let run = try makeRun(try makeSpec(steps: 20, dataHash: "other"), in: folder)
        #expect { try perform(run) } throws: { ($0 as? ScalebenchError)?.code == .invalidInput }
        #expect(try readRecord(run).end?.status == .failed)
    }

    /// Another program can read the weights.
    @Test(.enabled(if: pythonHasSafetensors)) func pythonReadsTheWeights() throws {
        let run = try makeRun(try spec(steps: 5), in: folder)
        _ = try perform(run)
        let script = """
            import sys
            from safetensors import safe_open
            with safe_open(sys.argv[1], "np") as f:
                print(f.metadata()["step"], *f.get_tensor("wte.weight").shape)
            """
        #expect(try python(["-c", script, run.weights]) == "5 16 8\n")
    }
}

private let pythonHasSafetensors = (try? python(["-c", "import safetensors, numpy; print(1)"])) == "1\n"

/// What a Python program prints; throws where there is no Python.
private func python(_ arguments: [String]) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
