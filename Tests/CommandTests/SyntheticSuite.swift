// A suite and candidates whose right answer is known in closed form.

import Foundation

/// Loss = floor + amplitude · (FLOPs / 1e12)^(−exponent) + noise.
struct SyntheticLaw {
    var floor = 1.0
    var amplitude = 1.0
    var exponent = 0.1
    var noise = 0.002
    var divergesFromWidth = 0
    var secondsPerStep = 0.0
}

extension Scratch {
    /// Rungs of width 16, 32, 64, 128 with 4, 3, 2, 2 seeds.
    func syntheticSuite(seeds: [Int] = [4, 3, 2, 2], target: Int = 256, curvePoints: Int = 4) throws -> String {
        let rungs = zip([16, 32, 64, 128], seeds).map { width, seeds in
            #"{ "width": \#(width), "layers": 2, "tokens": \#(width * 2048), "seeds": \#(seeds) }"#
        }
        try write(
            """
            {
              "version": 1, "question": "Which planted law is lower?", "dataset": "\(Self.dataset)", "contextLength": 64,
              "rungs": [\(rungs.joined(separator: ", "))],
              "target": { "width": \(target), "layers": 2, "tokens": \(target * 2048) },
              "evaluation": { "sequences": 32, "curvePoints": \(curvePoints), "curveSequences": 8 }
            }
            """, to: "planted/suite.json")
        return url.appendingPathComponent("planted").path
    }

    /// The embedded data set. Synthetic runs never read it, so it is never generated.
    static let dataset = "known-entropy"

    func synthetic(_ name: String, _ law: SyntheticLaw, learningRate: Double = 0.01) throws -> String {
        try write(
            """
            {
              "name": "\(name)",
              "trainer": { "type": "planted", "law": {
                "floor": \(law.floor), "amplitude": \(law.amplitude), "exponent": \(law.exponent), "noise": \(law.noise),
                "divergesFromWidth": \(law.divergesFromWidth), "secondsPerStep": \(law.secondsPerStep) } },
              "optimizer": { "learningRate": \(learningRate) },
              "batchTokens": 1024
            }
            """, to: "\(name).json")
    }
}
