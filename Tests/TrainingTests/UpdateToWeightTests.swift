// The update-to-weight ratio of evaluations, against one computed from the weights on disk.

import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training

@Suite struct UpdateToWeightTests {
    private let folder: TemporaryFolder
    private let dataset: TokenDataset

    init() throws {
        folder = try TemporaryFolder()
        dataset = try makeDataset(in: folder)
    }

    private func spec(_ kind: OptimizerConfig.Kind, steps: Int = 20) throws -> RunSpec {
        try makeSpec(
            steps: steps, dataHash: dataset.contentHash, vocabularySize: dataset.vocabularySize,
            model: #", "head": "untied""#, optimizer: #", "type": "\#(kind.rawValue)""#)
    }

    @Test(arguments: OptimizerConfig.Kind.allCases)
    func theRatioIsThatOfTheWeightsBeforeAndAfterTheStep(_ kind: OptimizerConfig.Kind) throws {
        let run = try makeRun(try spec(kind), in: folder)
        let stop = StopRequest()
        let training = TrainingRun(run, options: testOptions) { job in
            InterferingTrainer(try makeTrainer(for: job)) { step, result in
                if step == 19 { stop.request() }
                return result
            }
        }
        #expect(try training.perform(stop: stop) == .interrupted)
        let before = try matrices("\(run.checkpoints)/step-19/model.safetensors")
        #expect(try training.perform(stop: StopRequest()) == .completed)
        let after = try matrices(run.weights)
        #expect(before.count == 4 && before.keys == after.keys)
        var changes = 0.0, weights = 0.0
        for (name, old) in before {
            weights += old.reduce(0) { $0 + $1 * $1 }
            changes += zip(old, after[name]!).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let evaluations = try readRecord(run).evaluations
        #expect(evaluations.count > 1 && evaluations.allSatisfy { ($0.updateToWeight ?? 0) > 0 })
        let ratio = try #require(evaluations.last?.updateToWeight), expected = (changes / weights).squareRoot()
        #expect(abs(ratio - expected) < 1e-5 * expected)
    }

    /// Measuring every update and measuring none give the same weights.
    @Test func measuringChangesNothing() throws {
        let spec = try spec(.adamW)
        let job = try RunJob.open(try makeRun(spec, in: folder))
        let weights = try [true, false].map { measures in
            let trainer = try makeTrainer(for: job)
            for step in 1...20 {
                let result = try trainer.train(step: step, measuresUpdate: measures)
                #expect((result.updateToWeight != nil) == measures)
            }
            let place = "\(folder.path)/measured-\(measures)"
            try AtomicFile.makeFolder(place)
            try trainer.saveModel(to: place, metadata: [:])
            return try InputFile.read("\(place)/model.safetensors")
        }
        #expect(weights[0] == weights[1])
    }

    /// The layers' matrices in a file, read from its header (Hugging Face's safetensors format).
    private func matrices(_ path: String) throws -> [String: [Double]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let length = Int(data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) })
        let header = try #require(
            try JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length)) as? [String: [String: Any]])
        return header.reduce(into: [:]) { result, entry in
            guard entry.key.hasPrefix("h."), let shape = entry.value["shape"] as? [Int], shape.count == 2,
                let range = entry.value["data_offsets"] as? [Int]
            else { return }
            let bytes = data.subdata(in: 8 + length + range[0]..<8 + length + range[1])
            result[entry.key] = bytes.withUnsafeBytes { raw in
                (0..<bytes.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
            }
        }
    }
}
