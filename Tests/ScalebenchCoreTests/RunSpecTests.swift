import Foundation
import ScalebenchCore
import Testing

struct RunSpecTests {
    private func suite(rungs: String? = nil, target: Int = 128) throws -> ScalebenchCore.Suite {
        let text = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 64, "rungs": [
              \(rungs ?? #"{ "width": 16, "layers": 2, "tokens": 4096 }, { "width": 64, "layers": 2, "tokens": 4096 }"#)
            ], "target": { "width": \(target), "layers": 2, "tokens": 4096 } }
            """
        return try ScalebenchCore.Suite(try ConfigReader.parse(Data(text.utf8), file: "s.json"), defaultName: "s")
    }

    private func candidate(_ extra: String = "") throws -> Candidate {
        let text =
            #"{ "optimizer": { "learningRate": 0.1 }, "batchTokens": 500, "schedule": { "warmupFraction": 0.25 }\#(extra) }"#
        return try Candidate(try ConfigReader.parse(Data(text.utf8), file: "c.json"), defaultName: "c")
    }

    private func spec(_ candidate: Candidate, seed: Int = 0) throws -> RunSpec {
        let suite = try suite()
        return try RunSpec(candidate, at: suite.rungs[0], of: suite, vocabularySize: 256, dataHash: "h", seed: seed)
    }

    @Test func resolvesWholeSequencesAndSteps() throws {
        let spec = try spec(try candidate())
        #expect(spec.batchSequences == 8)  // 500 tokens are 7.8 sequences of 64
        #expect(spec.steps == 8)
        #expect(spec.schedule.warmupSteps == 2)
        #expect(spec.tokens == 4096)
    }

    @Test func repeatsLeaveFewerTokens() throws {
        let base = try spec(try candidate()), four = try spec(try candidate(#", "repeats": 4"#))
        #expect(base.uniqueTokens == nil && four.uniqueTokens == 1024 && four.runID != base.runID)
        #expect(try !JSONValue(encoding: base).canonicalText.contains("uniqueTokens"))
        #expect(throws: ScalebenchError.self) { try spec(try candidate(#", "repeats": 70"#)) }
        #expect(try spec(try candidate(#", "repeats": 64"#)).uniqueTokens == 64)
    }

    @Test func namesAndNotesDoNotChangeTheRun() throws {
        let first = try spec(try candidate()), second = try spec(try candidate(#", "name": "other", "notes": "n""#))
        #expect(first.runID == second.runID)
    }

    @Test func everythingElseChangesTheRun() throws {
        let base = try spec(try candidate()).runID
        #expect(try spec(try candidate(), seed: 1).runID != base)
        #expect(try spec(try candidate(#", "model": { "mlpRatio": 3 }"#)).runID != base)
        var other = try spec(try candidate())
        other.dataHash = "other"
        #expect(other.runID != base)
        other = try spec(try candidate())
        other.trainerVersion = "builtin-0"
        #expect(other.runID != base)
    }

    /// Stores on users' disks hold runs under these names: a change here orphans them, so it must be intended.
    @Test func identityIsStable() throws {
        let spec = try spec(try candidate())
        let text = try JSONValue(encoding: spec).canonicalText
        let expected = """
            {"batchSequences":8,"dataHash":"h","evaluation":{"breakdown":[],"curvePoints":20,"curveSequences":64,"sequences":512},\
            "model":{"activation":"geluTanh","attentionScale":"inverseSquareRoot","block":"sequential",\
            "contextLength":64,"head":"tied","heads":4,"initialization":"gpt2","keyValueHeads":4,"layers":2,\
            "linearBias":true,"logitScale":1,"mlpWidth":64,"norm":"layerNorm","normBias":true,"positions":"learned",\
            "queryKeyNorm":false,"residualScale":1,"rotaryBase":10000,"vocabularySize":256,"width":16},\
            "optimizer":{"beta1":0.9,"beta2":0.95,"epsilon":1e-08,"gradientClipping":1,\
            "groups":{"embeddings":{"learningRate":1,"weightDecay":1},"head":{"learningRate":1,"weightDecay":1},\
            "matrices":{"learningRate":1,"weightDecay":1},"vectors":{"learningRate":1,"weightDecay":0}},\
            "learningRate":0.1,"momentum":0.9,"type":"adamW","weightDecay":0.1},"precision":"fp32",\
            "schedule":{"decaySteps":2,"finalFraction":0.1,"type":"cosine","warmupSteps":2},"seed":0,"specVersion":2,\
            "steps":8,"trainer":{"type":"builtin"},"trainerVersion":"builtin-2"}
            """
        #expect(text == expected)
    }

    /// Settings that came later are named only where they are used, and read back as they were written.
    @Test func unusedSettingsAreNotInTheIdentity() throws {
        let used =
            #", "optimizer": { "learningRate": 0.1, "l2Penalty": 0.5, "gradientNormalization": "rms" }, "model": { "dropout": 0.25 }"#
        let text = #"{ "batchTokens": 500, "schedule": { "warmupFraction": 0.25 }\#(used) }"#
        let reader = try ConfigReader.parse(Data(text.utf8), file: "c.json")
        let spec = try spec(try Candidate(reader, defaultName: "c"))
        #expect(try spec.runID != self.spec(try candidate()).runID)
        let canonical = try JSONValue(encoding: spec).canonicalText
        #expect(canonical.contains(#""l2Penalty":0.5"#))
        #expect(canonical.contains(#""gradientNormalization":"rms""#))
        #expect(canonical.contains(#""dropout":0.25"#))
        for spec in [spec, try self.spec(try candidate())] {
            #expect(try JSONDecoder().decode(RunSpec.self, from: JSONEncoder().encode(spec)) == spec)
        }
    }

    @Test func headsMustDivideTheWidth() throws {
        let candidate = try candidate(#", "model": { "heads": 3 }"#)
        #expect { try spec(candidate) } throws: { ($0 as? ScalebenchError)?.message.contains("3 heads") == true }
    }

    @Test(arguments: [
        (
            #"{ "width": 64, "layers": 2, "tokens": 4096 }, { "width": 16, "layers": 2, "tokens": 4096 }"#,
            "s.json:rungs[1]"
        ),
        (
            #"{ "width": 16, "layers": 2, "tokens": 4096 }, { "width": 256, "layers": 2, "tokens": 4096 }"#,
            "s.json:target"
        ),
        (#"{ "width": 16, "layers": 2, "tokens": 4096 }"#, "s.json:rungs"),
        (#"{ "width": 0, "layers": 2, "tokens": 4096 }"#, "s.json:rungs[0].width"),
    ])
    func ladderMustRise(rungs: String, location: String) throws {
        #expect { try suite(rungs: rungs) } throws: { ($0 as? ScalebenchError)?.location == location }
    }
}
