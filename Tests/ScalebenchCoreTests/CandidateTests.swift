// Every key of a candidate file, good and bad, through to the run it resolves to.

import Foundation
import ScalebenchCore
import Testing

@Suite struct CandidateTests {
    private func candidate(model: String = "", optimizer: String = "", schedule: String = "", more: String = "")
        throws -> Candidate
    {
        let text = """
            { "model": { \(model) }, "optimizer": { "learningRate": 0.1, \(optimizer) }, "schedule": { \(schedule) },
              "batchTokens": 256, \(more) }
            """
        return try Candidate(try ConfigReader.parse(Data(text.utf8), file: "c.json"), defaultName: "c")
    }

    /// The run at width 64 and 4 layers, or at the other rung of width 16 and 2 layers.
    private func spec(_ candidate: Candidate, rung: Int = 1) throws -> RunSpec {
        let text = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 64, "rungs": [
              { "width": 16, "layers": 2, "tokens": 25600 }, { "width": 64, "layers": 4, "tokens": 25600 }
            ], "target": { "width": 128, "layers": 4, "tokens": 25600 } }
            """
        let suite = try ScalebenchCore.Suite(
            try ConfigReader.parse(Data(text.utf8), file: "s.json"), defaultName: "s")
        return try RunSpec(candidate, at: suite.rungs[rung], of: suite, vocabularySize: 256, dataHash: "h", seed: 0)
    }

    private func error(_ make: () throws -> Candidate) -> ScalebenchError? {
        do {
            _ = try spec(make())
            return nil
        } catch { return error as? ScalebenchError }
    }

    @Test func defaultsAreGPT2() throws {
        let spec = try spec(try candidate())
        #expect(
            spec.model
                == ModelConfig(
                    width: 64, layers: 4, heads: 4, contextLength: 64, vocabularySize: 256, mlpWidth: 256))
        #expect(spec.optimizer == OptimizerConfig(learningRate: 0.1))
        #expect(spec.precision == .fp32)
        #expect(spec.schedule.type == .cosine)
    }

    @Test func everyModelKey() throws {
        let model = try spec(
            try candidate(
                model: """
                    "heads": 8, "keyValueHeads": 2, "mlpRatio": 2.5, "activation": "swiGLU", "norm": "layerNorm",
                    "linearBias": false, "normBias": false, "positions": "rotary", "rotaryBase": 500000,
                    "queryKeyNorm": true, "attentionScale": "inverse", "block": "parallel", "head": "untied",
                    "initialization": "zeroResidual", "residualScale": 0.5, "logitScale": 0.25, "dropout": 0.125
                    """)
        ).model
        #expect(
            model
                == ModelConfig(
                    width: 64, layers: 4, heads: 8, contextLength: 64, vocabularySize: 256, mlpWidth: 160,
                    keyValueHeads: 2, activation: .swiGLU, norm: .layerNorm, linearBias: false, normBias: false,
                    positions: .rotary, rotaryBase: 500_000, queryKeyNorm: true, attentionScale: .inverse,
                    block: .parallel, head: .untied, initialization: .zeroResidual, residualScale: 0.5,
                    logitScale: 0.25, dropout: 0.125))
    }

    @Test func everyChoiceHasItsName() throws {
        for choice in ["geluTanh", "gelu", "reluSquared", "silu", "geGLU", "swiGLU"] {
            #expect(try candidate(model: #""activation": "\#(choice)""#).model.activation.rawValue == choice)
        }
        #expect(try candidate(model: #""norm": "rmsNorm""#).model.norm == .rmsNorm)
        #expect(try candidate(model: #""positions": "none""#).model.positions == .none)
        #expect(try candidate(model: #""block": "sequential""#).model.block == .sequential)
        #expect(try candidate(model: #""head": "tied""#).model.head == .tied)
        #expect(
            try candidate(model: #""attentionScale": "inverseSquareRoot""#).model.attentionScale == .inverseSquareRoot)
        #expect(try candidate(model: #""initialization": "fanIn""#).model.initialization == .fanIn)
        for choice in ["constant", "cosine", "linear", "wsd"] {
            #expect(try candidate(schedule: #""type": "\#(choice)""#).schedule.type.rawValue == choice)
        }
    }

    @Test func rmsNormHasNoBiasUnlessAskedFor() throws {
        #expect(try candidate(model: #""norm": "rmsNorm""#).model.normBias == false)
        #expect(try candidate(model: #""norm": "rmsNorm", "normBias": true"#).model.normBias)
        #expect(try candidate().model.normBias)
    }

    @Test func everyOptimizerAndScheduleKey() throws {
        let spec = try spec(
            try candidate(
                optimizer: """
                    "type": "sgd", "momentum": 0.8, "beta1": 0.7, "beta2": 0.6, "epsilon": 1e-6, "weightDecay": 0.2,
                    "l2Penalty": { "value": 0.3, "rule": "depthPower", "exponent": 1, "referenceLayers": 2 },
                    "gradientClipping": 0, "gradientNormalization": "rms", "groups": {
                      "embeddings": { "learningRate": 2, "weightDecay": 0 },
                      "matrices": { "learningRate": { "value": 1, "rule": "widthPower", "exponent": -1,
                                                      "referenceWidth": 16 } },
                      "head": { "weightDecay": 3 }, "vectors": { "learningRate": 0.5 } }
                    """,
                schedule: #""type": "wsd", "warmupFraction": 0.1, "decayFraction": 0.3, "finalFraction": 0.05"#))
        var expected = OptimizerConfig(
            type: .sgd, learningRate: 0.1, beta1: 0.7, beta2: 0.6, epsilon: 1e-6, momentum: 0.8, weightDecay: 0.2,
            l2Penalty: 0.6, gradientClipping: 0, gradientNormalization: .rms)
        expected.groups.embeddings = OptimizerConfig.Multipliers(learningRate: 2, weightDecay: 0)
        expected.groups.matrices = OptimizerConfig.Multipliers(learningRate: 0.25)
        expected.groups.head = OptimizerConfig.Multipliers(weightDecay: 3)
        expected.groups.vectors = OptimizerConfig.Multipliers(learningRate: 0.5, weightDecay: 0)
        #expect(spec.optimizer == expected)
        #expect(spec.steps == 100)
        #expect(
            spec.schedule == ScheduleConfig(type: .wsd, warmupSteps: 10, decaySteps: 30, finalFraction: 0.05))
    }

    @Test func defaultsOfEveryOptimizer() throws {
        for kind in OptimizerConfig.Kind.allCases {
            let optimizer = try spec(try candidate(optimizer: #""type": "\#(kind.rawValue)""#)).optimizer
            #expect(optimizer.type == kind)
            #expect(optimizer.beta1 == 0.9)
            #expect(optimizer.beta2 == (kind == .lion ? 0.99 : 0.95))
            #expect(optimizer.momentum == (kind == .muon ? 0.95 : 0.9))
        }
    }

    @Test func onlyVectorsDoNotDecay() throws {
        let groups = try spec(try candidate()).optimizer.groups
        for group in OptimizerConfig.Group.allCases {
            #expect(groups[group] == OptimizerConfig.Multipliers(weightDecay: group == .vectors ? 0 : 1))
        }
    }

    /// The depth rule makes residualScale 1/√L; logits and heads follow width and depth too.
    @Test func scalesFollowDepthAndWidth() throws {
        let candidate = try candidate(
            model: """
                "residualScale": { "value": 1, "rule": "depthPower", "exponent": -0.5, "referenceLayers": 1 },
                "logitScale": { "value": 1, "rule": "widthPower", "exponent": -1, "referenceWidth": 16 },
                "keyValueHeads": { "value": 1, "rule": "depthPower", "exponent": 1, "referenceLayers": 2 }
                """)
        let small = try spec(candidate, rung: 0).model, large = try spec(candidate, rung: 1).model
        #expect(abs(small.residualScale - 0.5.squareRoot()) < 1e-15)
        #expect(large.residualScale == 0.5)
        #expect(small.logitScale == 1)
        #expect(large.logitScale == 0.25)
        #expect(small.keyValueHeads == 1)
        #expect(large.keyValueHeads == 2)
    }

    @Test func depthPowerByHand() {
        let value = ScaledValue(3, rule: .depthPower(exponent: -0.5, reference: 4))
        #expect(value.resolved(width: 7, layers: 4, tokens: 1) == 3)
        #expect(value.resolved(width: 9, layers: 16, tokens: 5) == 1.5)
    }

    @Test(arguments: [
        (#""activation": "relu""#, "c.json:model.activation"), (#""norm": "batchNorm""#, "c.json:model.norm"),
        (#""positions": "alibi""#, "c.json:model.positions"), (#""block": "serial""#, "c.json:model.block"),
        (#""head": "shared""#, "c.json:model.head"), (#""attentionScale": 0.5"#, "c.json:model.attentionScale"),
        (#""initialization": "xavier""#, "c.json:model.initialization"),
        (#""linearBias": 1"#, "c.json:model.linearBias"), (#""normBias": "no""#, "c.json:model.normBias"),
        (#""queryKeyNorm": null"#, "c.json:model.queryKeyNorm"), (#""rotaryBase": 0"#, "c.json:model.rotaryBase"),
        (#""keyValueHeads": 0"#, "c.json:model.keyValueHeads"), (#""mlpRatio": 0"#, "c.json:model.mlpRatio"),
        (#""residualScale": 0"#, "c.json:model.residualScale"), (#""logitScale": -1"#, "c.json:model.logitScale"),
        (
            #""residualScale": { "value": 1, "rule": "depthPower", "exponent": 1 }"#,
            "c.json:model.residualScale"
        ),
        (
            #""residualScale": { "value": 1, "rule": "depthPower", "exponent": 1, "referenceLayers": 0 }"#,
            "c.json:model.residualScale.referenceLayers"
        ),
        (
            #""residualScale": { "value": 1, "rule": "depthPower", "exponent": 1, "referenceWidth": 2 }"#,
            "c.json:model.residualScale"
        ),
        (#""dropout": 1"#, "c.json:model.dropout"), (#""dropout": -0.1"#, "c.json:model.dropout"),
        (#""keyvalueHeads": 2"#, "c.json:model.keyvalueHeads"),
    ])
    func badModelKeysAreLocated(text: String, location: String) {
        let error = error { try candidate(model: text) }
        #expect(error?.code == .invalidInput)
        #expect(error?.location == location)
    }

    @Test(arguments: [
        (#""type": "adam""#, "c.json:optimizer.type"), (#""momentum": 1"#, "c.json:optimizer.momentum"),
        (#""gradientNormalization": "l2""#, "c.json:optimizer.gradientNormalization"),
        (#""l2Penalty": -1"#, "c.json:optimizer.l2Penalty"), (#""l2penalty": 1"#, "c.json:optimizer.l2penalty"),
        (#""groups": { "biases": {} }"#, "c.json:optimizer.groups.biases"),
        (#""groups": { "head": 2 }"#, "c.json:optimizer.groups.head"),
        (#""groups": { "head": { "learningRate": -1 } }"#, "c.json:optimizer.groups.head.learningRate"),
        (#""groups": { "head": { "momentum": 0.5 } }"#, "c.json:optimizer.groups.head.momentum"),
    ])
    func badOptimizerKeysAreLocated(text: String, location: String) {
        let error = error { try candidate(optimizer: text) }
        #expect(error?.code == .invalidInput)
        #expect(error?.location == location)
    }

    @Test(arguments: [
        (#""type": "exponential""#, "c.json:schedule.type"),
        (#""decayFraction": 1.5"#, "c.json:schedule.decayFraction"),
        (#""decaySteps": 5"#, "c.json:schedule.decaySteps"),
    ])
    func badScheduleKeysAreLocated(text: String, location: String) {
        let error = error { try candidate(schedule: text) }
        #expect(error?.code == .invalidInput)
        #expect(error?.location == location)
    }

    @Test func unsupportedPrecisionIsAnError() throws {
        #expect(error { try candidate(more: #""precision": "fp8""#) }?.location == "c.json:precision")
        #expect(try candidate(more: #""precision": "fp32""#).precision == .fp32)
        #expect(try candidate(more: #""precision": "bf16""#).precision == .bf16)
    }

    /// Mistakes that only show at a rung: the message has the numbers, the location has the key.
    @Test(arguments: [
        (#""heads": 5"#, "5 heads do not divide width 64", "model.heads"),
        (#""heads": 8, "keyValueHeads": 3"#, "3 key and value heads do not divide 8 heads", "model.keyValueHeads"),
        (#""heads": 4, "keyValueHeads": 8"#, "8 key and value heads do not divide 4 heads", "model.keyValueHeads"),
        (#""heads": 64, "positions": "rotary""#, "a head of width 64 has 1", "model.heads"),
    ])
    func headsThatDoNotFit(text: String, message: String, location: String) throws {
        let error = error { try candidate(model: text) }
        #expect(error?.message.contains(message) == true)
        #expect(error?.location == location)
        #expect(error?.hint?.isEmpty == false)
    }

    @Test func oddHeadsAreFineWithoutRotation() throws {
        #expect(try spec(try candidate(model: #""heads": 64"#)).model.heads == 64)
        #expect(try spec(try candidate(model: #""heads": 32, "positions": "rotary""#)).model.heads == 32)
    }
}
