import Foundation
import ScalebenchCore
import Testing

@Suite struct ConfigReaderTests {
    private func candidate(_ text: String) throws -> Candidate {
        try Candidate(try ConfigReader.parse(Data(text.utf8), file: "a.json"), defaultName: "a")
    }

    private func error(_ text: String) -> ScalebenchError? {
        do {
            _ = try candidate(text)
            return nil
        } catch { return error as? ScalebenchError }
    }

    /// Foundation's own reader crashes on some of these.
    @Test func bytesThatAreNoText() {
        for bytes in [[0x7B, 0xFF, 0x7D], [0x7B, 0x22, 0xC3, 0x22], [0x7B, 0xF4, 0x90], [0, 0x7B, 0, 0x7D]] as [[UInt8]]
        {
            #expect(throws: ScalebenchError.self) { try ConfigReader.parse(Data(bytes), file: "a.json") }
        }
    }

    @Test func aHintNamesEveryKeyOnce() {
        let text = #"{ "optimizer": { "learningRate": 0.1 }, "batchTokens": 64, "zzzzzzzzzzzz": 1 }"#
        let keys = error(text)?.hint?.split(separator: ": ").last?.split(separator: ", ") ?? []
        #expect(keys.contains("batchTokens") && Set(keys).count == keys.count)
    }

    @Test func unknownKeyNamesPathAndNearestKey() {
        let error = error(#"{ "optimizer": { "learningrate": 0.1 }, "batchTokens": 64 }"#)
        #expect(error?.location == "a.json:optimizer")  // the required key is missed first
        let second = self.error(#"{ "optimizer": { "learningRate": 0.1, "weightdecay": 0 }, "batchTokens": 64 }"#)
        #expect(second?.location == "a.json:optimizer.weightdecay")
        #expect(second?.hint == "did you mean \"weightDecay\"?")
    }

    @Test(arguments: [
        (#"{ "optimizer": { "learningRate": "fast" }, "batchTokens": 64 }"#, "a.json:optimizer.learningRate"),
        (#"{ "optimizer": { "learningRate": -1 }, "batchTokens": 64 }"#, "a.json:optimizer.learningRate"),
        (#"{ "optimizer": { "learningRate": 1e300 }, "batchTokens": 64 }"#, "a.json:optimizer.learningRate"),
        (#"{ "optimizer": { "learningRate": NaN }, "batchTokens": 64 }"#, "a.json:optimizer.learningRate"),
        (
            #"{ "optimizer": { "learningRate": { "value": 1, "rule": "widthpower" } }, "batchTokens": 64 }"#,
            "a.json:optimizer.learningRate.rule"
        ),
        (
            #"{ "optimizer": { "learningRate": 0.1 }, "batchTokens": 64, "model": { "activation": "swish" } }"#,
            "a.json:model.activation"
        ),
        (#"{ "optimizer": { "learningRate": 0.1 } }"#, "a.json"),
        (#"{ "optimizer": [], "batchTokens": 64 }"#, "a.json:optimizer"),
        (#"[]"#, "a.json"),
        (#"{ "optimizer": "#, "a.json"),
    ])
    func badInputIsLocated(text: String, location: String) {
        #expect(error(text)?.location == location)
        #expect(error(text)?.code == .invalidInput)
    }

    @Test func json5IsAccepted() throws {
        let candidate = try candidate(
            """
            // a comment
            { optimizer: { learningRate: { value: .5, rule: 'widthPower', exponent: -1, referenceWidth: 32 } }, batchTokens: 64, }
            """)
        #expect(candidate.optimizer.learningRate.resolved(width: 64, layers: 2, tokens: 1) == 0.25)
        #expect(candidate.optimizer.learningRate.resolved(width: 32, layers: 2, tokens: 1) == 0.5)
    }

    @Test func tokensPowerFollowsTheRunLength() {
        let value = ScaledValue(512, rule: .tokensPower(exponent: 0.5, reference: 1000))
        #expect(value.resolved(width: 7, layers: 2, tokens: 4000) == 1024)
    }

    @Test(arguments: [("lerningRate", "learningRate"), ("learningrate", "learningRate"), ("heds", "heads")])
    func nearestName(word: String, expected: String) {
        #expect(NearestName.of(word, among: ["heads", "learningRate", "beta1"]) == expected)
        #expect(NearestName.of("completelyElse", among: ["heads"]) == nil)
    }
}
