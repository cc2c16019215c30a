// The external trainers that are shipped, against the built-in one. Tests are skipped where Python lacks a module.

import Foundation
import Testing

struct ShippedTrainerTests {
    private static let examples = Python.examples

    /// Twenty steps at each of three widths have the same initial weights, the same batches and the same losses.
    @Test(.enabled(if: Python.has("numpy, torch")))
    func thePyTorchTrainerRepeatsTheBuiltInOneStepByStep() throws {
        let scratch = try Scratch()
        try scratch.buildText(bytes: 600_000)
        let rung = { (width: Int) in #"{ "width": \#(width), "layers": 2, "tokens": 20480 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 64,
              "rungs": [\(rung(16)), \(rung(32))], "target": \(rung(48)),
              "evaluation": { "sequences": 32, "curvePoints": 2, "curveSequences": 8 } }
            """, to: "short/suite.json")
        let candidates = ["builtin-rate-0.01", "rate-0.01"].map {
            Self.examples.appendingPathComponent("pytorch/candidates/\($0).json").path
        }
        let result = try Tool.run(["compare"] + candidates + ["--suite", "./short"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        for width in [16, 32, 48] {
            let ours = try scratch.events(width: width, trainer: "builtin")
            let theirs = try scratch.events(width: width, trainer: "command")
            for (name, count) in [("step", 20), ("evaluation", 2)] {
                let pick = { (events: [[String: Any]]) in
                    events.filter { $0["event"] as? String == name }.compactMap { $0["natsPerToken"] as? Double }
                }
                let ours = pick(ours), theirs = pick(theirs)
                #expect(ours.count == count && theirs.count == count)
                let worst = zip(ours, theirs).map { abs($0 / $1 - 1) }.max() ?? 1
                #expect(worst < 2e-6, "\(name)s at width \(width): \(worst)")
            }
        }
    }

    /// The recipes together use every option that the default does not use.
    @Test(.enabled(if: Python.has("numpy, torch")))
    func everyOptionIsTheSameInPyTorch() throws {
        let scratch = try Scratch()
        try scratch.buildText(bytes: 600_000)
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 64,
              "rungs": [{ "width": 16, "layers": 1, "tokens": 10240 }, { "width": 16, "layers": 2, "tokens": 10240 }],
              "target": { "width": 32, "layers": 3, "tokens": 10240 },
              "evaluation": { "sequences": 32, "curvePoints": 2, "curveSequences": 8 } }
            """, to: "short/suite.json")
        let recipes = [
            #"""
            "model": { "heads": 4, "keyValueHeads": 2, "mlpRatio": 2.5, "activation": "swiGLU", "norm": "rmsNorm",
              "linearBias": false, "positions": "rotary", "queryKeyNorm": true, "head": "untied",
              "initialization": "fanIn", "attentionScale": "inverse",
              "logitScale": { "value": 2, "rule": "widthPower", "exponent": -1, "referenceWidth": 16 },
              "residualScale": { "value": 1, "rule": "depthPower", "exponent": -0.5, "referenceLayers": 1 } },
            "optimizer": { "learningRate": 0.01, "l2Penalty": 0.2, "groups": {
              "matrices": { "learningRate": { "value": 1, "rule": "widthPower", "exponent": -1, "referenceWidth": 16 } },
              "head": { "weightDecay": 0 }, "vectors": { "weightDecay": 0.5 } } },
            "schedule": { "type": "wsd", "decayFraction": 0.3, "finalFraction": 0.05 }
            """#,
            #"""
            "model": { "heads": 2, "activation": "reluSquared", "norm": "layerNorm", "normBias": false,
              "positions": "none", "block": "parallel", "initialization": "zeroResidual" },
            "optimizer": { "type": "sgd", "learningRate": 0.01, "momentum": 0.8, "gradientNormalization": "rms" }, "schedule": { "type": "linear" }
            """#,
            #"""
            "model": { "heads": 2, "activation": "geGLU", "dropout": 0.2 },
            "optimizer": { "type": "muon", "learningRate": 0.02, "groups": { "matrices": { "learningRate": 0.5 } } },
            "schedule": { "type": "constant" }
            """#,
            #"""
            "model": { "heads": 2 }, "optimizer": { "type": "lion", "learningRate": 0.002, "weightDecay": 1 },
            "schedule": { "type": "constant" }
            """#,
        ]
        for (index, recipe) in recipes.enumerated() {
            let trainer = """
                "trainer": { "type": "command", "files": ["*.py"], "command":
                  ["python3", "train.py", "--spec", "{spec}", "--out", "{events}", "--folder", "{folder}"] },
                """
            let folder = "recipe-\(index)"
            try scratch.write("{ \(recipe), \"batchTokens\": 1024 }", to: "\(folder)/ours.json")
            try scratch.write("{ \(trainer) \(recipe), \"batchTokens\": 1024 }", to: "\(folder)/theirs.json")
            for file in ["train.py", "model.py", "optimizers.py", "processes.py", "scalebench_random.py"] {
                try FileManager.default.copyItem(
                    at: Self.examples.appendingPathComponent("pytorch/\(file)"),
                    to: scratch.url.appendingPathComponent("\(folder)/\(file)"))
            }
            let files = ["ours", "theirs"].map { "\(folder)/\($0).json" }
            let store = ["--store", folder + "/store", "--quiet"]
            let result = try Tool.run(["compare"] + files + ["--suite", "./short"] + store, in: scratch.url)
            #expect(result.status == 0, "\(result.errors)")
            let ours = try scratch.events(width: 32, trainer: "builtin", store: folder + "/store")
            let theirs = try scratch.events(width: 32, trainer: "command", store: folder + "/store")
            let pick = { (events: [[String: Any]]) in events.compactMap { $0["natsPerToken"] as? Double } }
            let worst = zip(pick(ours), pick(theirs)).map { abs($0 / $1 - 1) }.max() ?? 1
            #expect(pick(ours).count == 12 && pick(theirs).count == 12)
            #expect(worst < 1e-5, "recipe \(index): \(worst)")
        }
    }

    /// What a finished run leaves behind is a model that PyTorch evaluates to the same loss.
    @Test(.enabled(if: Python.has("numpy, torch"))) func exportedModelsKeepTheirLoss() throws {
        let scratch = try Scratch()
        try scratch.buildText(bytes: 600_000)
        let data = try Tool.run(["data", "export", "./text", "--to", "plain"], in: scratch.url)
        #expect(data.status == 0, "\(data.errors)")
        let rung = { (width: Int) in #"{ "width": \#(width), "layers": 2, "tokens": 20480 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 64, "rungs": [\(rung(8)), \(rung(16))],
              "target": \(rung(24)), "evaluation": { "sequences": 32, "curvePoints": 1 } }
            """, to: "short/suite.json")
        let rest = #""optimizer": { "learningRate": 0.02 }, "batchTokens": 512"#
        let models = [
            ("gpt2", #""model": { "heads": 2 }"#),
            (
                "scalebench",
                #""model": { "heads": 2, "activation": "geGLU", "positions": "rotary", "norm": "rmsNorm" }"#
            ),
        ]
        for (name, model) in models { try scratch.write("{ \(model), \(rest) }", to: "\(name).json") }
        let result = try Tool.run(
            ["compare", "gpt2.json", "scalebench.json", "--suite", "./short", "--quiet"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        var kinds: Set<String> = []
        for file in scratch.files(under: ".scalebench/runs") where file.hasSuffix("config.json") {
            let folder = scratch.url.appendingPathComponent(".scalebench/runs/\(file)").deletingLastPathComponent()
            let config = try JSONSerialization.jsonObject(
                with: Data(contentsOf: folder.appendingPathComponent("config.json")))
            kinds.insert((config as? [String: Any])?["model_type"] as? String ?? "")
            let events = try String(contentsOf: folder.appendingPathComponent("events.jsonl"), encoding: .utf8)
            let last = try #require(events.split(separator: "\n").last { $0.contains("\"evaluation\"") })
            let event = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
            let expected = try #require(event?["natsPerToken"] as? Double)
            let printed = try Python.output([
                Self.examples.appendingPathComponent("pytorch/model.py").path, folder.path,
                scratch.url.appendingPathComponent("plain/val.bin").path, "--sequences", "32",
            ])
            let loss = try #require(Double(printed.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(abs(loss - expected) < 1e-4, "\(file): \(loss) for \(expected)")
        }
        #expect(kinds == ["gpt2", "scalebench"])
    }

    @Test(.enabled(if: Python.has("json"))) func logsBecomeAVerdict() throws {
        let scratch = try Scratch()
        // Reading logs does not need their data set; a small one with enough validation tokens replaces it.
        try scratch.buildText(bytes: 600_000)
        try FileManager.default.copyItem(
            at: Self.examples.appendingPathComponent("logs"), to: scratch.url.appendingPathComponent("logs"))
        let arguments = ["compare", "--suite", "./logs", "--dataset", "./text", "--json", "-"]
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains(#""verdict" : "aBetter""#))
        let events = try scratch.events(width: 64, trainer: "command")
        #expect(events.filter { $0["event"] as? String == "step" }.count == 64)
        // A log that ends early is not the run that was ordered.
        let log = scratch.url.appendingPathComponent("logs/logs/rate-0.01/width-16-seed-0.log")
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
        try Data(lines.prefix(40).joined(separator: "\n").utf8).write(to: log)
        let short = try Tool.run(arguments, in: scratch.url)
        #expect(short.status == 1)
        #expect(short.errors.contains("64 steps (65536 tokens) were ordered"), "\(short.errors)")
    }
}
