// Candidate files that sweep numbers: their members, names and values, and every mistake.

import Foundation
import ScalebenchCore
import Testing

@Suite struct CandidateFamilyTests {
    private func family(
        rate: String = "0.1", tokens: String = "256", optimizer: String = "", more: String = "", folder: String? = nil
    ) throws -> CandidateFamily {
        let text = """
            { "optimizer": { "learningRate": \(rate), \(optimizer) }, "batchTokens": \(tokens), \(more) }
            """
        return try CandidateFamily(
            try ConfigReader.parse(Data(text.utf8), file: "c.json"), defaultName: "adam", folder: folder)
    }

    private func error(_ make: () throws -> CandidateFamily) -> ScalebenchError? {
        do {
            _ = try make()
            return nil
        } catch { return error as? ScalebenchError }
    }

    // MARK: Members

    @Test func aListIsOneMemberPerValue() throws {
        let family = try family(rate: #"{ "sweep": [0.002, 0.008, 0.004] }"#)
        #expect(family.name == "adam")
        #expect(
            family.settings == [
                CandidateFamily.Setting(name: "learningRate", path: "optimizer.learningRate", isLinear: false)
            ])
        #expect(
            family.members.map(\.candidate.name) == [
                "adam[learningRate=0.002]", "adam[learningRate=0.008]", "adam[learningRate=0.004]",
            ])
        #expect(family.members.map(\.candidate.optimizer.learningRate.value) == [0.002, 0.008, 0.004])
        #expect(family.members.map(\.values) == [0.002, 0.008, 0.004].map { [ScaledValue($0)] })
    }

    @Test func aMemberIsTheCandidateWithThatNumber() throws {
        let member = try family(rate: #"{ "sweep": [0.002, 0.004] }"#).members[1]
        var expected = try family(rate: "0.004").members[0].candidate
        expected.name = "adam[learningRate=0.004]"
        #expect(member.candidate == expected)
    }

    @Test func aRangeIsSpacedByEqualFactorsWithBothEnds() throws {
        let family = try family(rate: #"{ "sweep": { "from": 0.001, "to": 0.064, "count": 7 } }"#)
        #expect(
            family.members.map(\.values[0].value) == [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064])
        #expect(family.settings[0].isLinear == false)
    }

    @Test func aLinearRangeIsSpacedByEqualSteps() throws {
        let family = try family(
            optimizer: #""weightDecay": { "sweep": { "from": 0, "to": 0.3, "count": 4 }, "spacing": "linear" }"#)
        #expect(family.members.map(\.candidate.optimizer.weightDecay.value) == [0, 0.1, 0.2, 0.3])
        #expect(family.settings[0].isLinear)
        #expect(family.members[2].candidate.name == "adam[weightDecay=0.2]")
    }

    @Test func anAxisIsLinearForAListThatSaysSoOrHasAZero() throws {
        #expect(try family(rate: #"{ "sweep": [0.1, 0.2], "spacing": "linear" }"#).settings[0].isLinear)
        #expect(try family(rate: #"{ "sweep": [0.1, 0.2], "spacing": "log" }"#).settings[0].isLinear == false)
        #expect(try family(optimizer: #""weightDecay": { "sweep": [0, 0.1] }"#).settings[0].isLinear)
    }

    @Test func theLastSettingChangesFastest() throws {
        let family = try family(rate: #"{ "sweep": [0.1, 0.2] }"#, tokens: #"{ "sweep": [256, 512, 1024] }"#)
        #expect(family.settings.map(\.name) == ["learningRate", "batchTokens"])
        #expect(family.settings.map(\.path) == ["optimizer.learningRate", "batchTokens"])
        #expect(
            family.members.map(\.candidate.name) == [
                "adam[learningRate=0.1,batchTokens=256]", "adam[learningRate=0.1,batchTokens=512]",
                "adam[learningRate=0.1,batchTokens=1024]", "adam[learningRate=0.2,batchTokens=256]",
                "adam[learningRate=0.2,batchTokens=512]", "adam[learningRate=0.2,batchTokens=1024]",
            ])
        #expect(family.members[5].values == [ScaledValue(0.2), ScaledValue(1024)])
        #expect(family.members[5].candidate.batchTokens == ScaledValue(1024))
    }

    @Test func threeNumbersMayBeSwept() throws {
        let family = try family(
            rate: #"{ "sweep": [0.1, 0.2] }"#, tokens: #"{ "sweep": [256, 512] }"#,
            more: #""model": { "heads": { "sweep": [2, 4] } }"#)
        #expect(family.settings.map(\.name) == ["heads", "learningRate", "batchTokens"])
        #expect(family.members.count == 8)
        #expect(Set(family.members.map(\.candidate)).count == 8)
    }

    @Test func pathsThatEndAlikeAreToldApart() throws {
        let family = try family(
            rate: #"{ "sweep": [0.1, 0.2] }"#,
            optimizer: #""groups": { "embeddings": { "learningRate": { "sweep": [1, 2] } } }"#)
        #expect(family.settings.map(\.name) == ["embeddings.learningRate", "optimizer.learningRate"])
        #expect(family.settings.map(\.path) == ["optimizer.groups.embeddings.learningRate", "optimizer.learningRate"])
        #expect(
            family.members[3].candidate.name == "adam[embeddings.learningRate=2,optimizer.learningRate=0.2]")
        #expect(family.members[3].candidate.optimizer.groups[.embeddings]?.learningRate == ScaledValue(2))
    }

    @Test func boundsAreRead() throws {
        #expect(
            try family(rate: #"{ "sweep": [0.002, 0.004], "within": [1e-4, 0.1] }"#).settings[0].bounds == 1e-4...0.1)
    }

    // MARK: Rules

    @Test func theValueOfARule() throws {
        let family = try family(
            rate: #"{ "value": { "sweep": [0.1, 0.2] }, "rule": "widthPower", "exponent": -1, "referenceWidth": 32 }"#)
        let rules = [0.1, 0.2].map { ScaledValue($0, rule: .widthPower(exponent: -1, reference: 32)) }
        #expect(family.settings.map(\.path) == ["optimizer.learningRate"])
        #expect(family.members.map(\.values) == rules.map { [$0] })
        #expect(family.members.map(\.candidate.optimizer.learningRate) == rules)
        #expect(family.members[1].candidate.name == "adam[learningRate=0.2]")
        #expect(family.members[1].values[0].resolved(width: 64, layers: 1, tokens: 1) == 0.1)
    }

    /// The rates of swept exponents are positive, so they belong on a logarithmic axis though the exponents do not.
    @Test func theExponentOfARule() throws {
        let family = try family(
            rate: """
                { "value": 0.1, "rule": "widthPower", "referenceWidth": 32,
                  "exponent": { "sweep": { "from": -1, "to": 0, "count": 3 }, "spacing": "linear" } }
                """)
        let rules = [-1, -0.5, 0].map { ScaledValue(0.1, rule: .widthPower(exponent: $0, reference: 32)) }
        #expect(
            family.settings == [
                CandidateFamily.Setting(name: "learningRate", path: "optimizer.learningRate", isLinear: false)
            ])
        #expect(family.members.map(\.values) == rules.map { [$0] })
        #expect(family.members.map(\.candidate.optimizer.learningRate) == rules)
        #expect(family.members[1].candidate.name == "adam[learningRate.exponent=-0.5]")
    }

    @Test func twoNumbersOfOneRule() throws {
        let family = try family(
            rate: """
                { "value": { "sweep": [0.1, 0.2] }, "rule": "widthPower", "exponent": { "sweep": [-1, -0.5] },
                  "referenceWidth": 32 }
                """)
        #expect(family.settings.map(\.name) == ["learningRate.exponent", "learningRate.value"])
        #expect(family.settings.map(\.path) == ["optimizer.learningRate", "optimizer.learningRate"])
        #expect(family.members[1].candidate.name == "adam[learningRate.exponent=-1,learningRate.value=0.2]")
        #expect(family.members[1].values[0] == ScaledValue(0.2, rule: .widthPower(exponent: -1, reference: 32)))
    }

    // MARK: Names

    @Test(arguments: [
        ("[0.00123456, 0.5]", ["0.001235", "0.5"]),
        // Four digits would make these one name.
        ("[0.0123456, 0.0123457]", ["0.0123456", "0.0123457"]),
        ("[1e-5, 3e-5]", ["1e-05", "3e-05"]),
        (#"{ "from": 0.01, "to": 0.1, "count": 3 }"#, ["0.01", "0.03162", "0.1"]),
    ])
    func numbersInNames(sweep: String, texts: [String]) throws {
        #expect(
            try family(rate: #"{ "sweep": \#(sweep) }"#).members.map(\.candidate.name)
                == texts.map { "adam[learningRate=\($0)]" })
    }

    @Test func wholeNumbersKeepTheirDigits() throws {
        let names = try family(tokens: #"{ "sweep": [16384, 1e5] }"#).members.map(\.candidate.name)
        #expect(names == ["adam[batchTokens=16384]", "adam[batchTokens=100000]"])
    }

    @Test func theFileMayNameItself() throws {
        let family = try family(rate: #"{ "sweep": [0.1, 0.2] }"#, more: #""name": "mine""#)
        #expect(family.name == "mine")
        #expect(family.members[0].candidate.name == "mine[learningRate=0.1]")
    }

    // MARK: Files

    /// A candidate file in a folder of its own, with a program beside it for the trainer.
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("family-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("plain.json")
        try Data(text.utf8).write(to: file)
        return try body(file.path)
    }

    @Test func aFileWithoutSweepIsItsCandidate() throws {
        let text = """
            { "optimizer": { "learningRate": { "value": 0.1, "rule": "depthPower", "exponent": 1,
                                               "referenceLayers": 2 } }, "batchTokens": 64 }
            """
        try withFile(text) { path in
            let family = try CandidateFamily.open(path)
            #expect(family.name == "plain")
            #expect(family.settings.isEmpty)
            #expect(
                family.members == [CandidateFamily.Member(candidate: try Candidate.open(path), values: [])])
        }
    }

    @Test func aFileOpensAsAFamily() throws {
        let text = #"{ "optimizer": { "learningRate": { "sweep": [0.1, 0.2] } }, "batchTokens": 64 }"#
        let names = try withFile(text) { try CandidateFamily.open($0).members.map(\.candidate.name) }
        #expect(names == ["plain[learningRate=0.1]", "plain[learningRate=0.2]"])
    }

    /// The settings of an external trainer are the user's: whole numbers stay whole, and what has not the form of a
    /// sweep is theirs.
    @Test func theSettingsOfAnExternalTrainer() throws {
        let text = """
            { "optimizer": { "learningRate": 0.1 }, "batchTokens": 64,
              "trainer": { "type": "command", "command": ["true"], "settings": {
                "sweep": [1], "experts": { "sweep": [4, 8] }, "steps": [3, { "sweep": [1.5, 2] }],
                "other": { "sweep": true }, "third": { "sweep": [1, 2], "more": 1 } } } }
            """
        let family = try withFile(text) { try CandidateFamily.open($0) }
        #expect(family.settings.map(\.name) == ["experts", "steps[1]"])
        #expect(family.settings.map(\.path) == ["trainer.settings.experts", "trainer.settings.steps[1]"])
        #expect(family.members.count == 4)
        #expect(family.members[2].values == [ScaledValue(8), ScaledValue(1.5)])
        guard case .command(let trainer) = family.members[2].candidate.trainer,
            case .object(let settings) = trainer.settings
        else {
            Issue.record("no external trainer with settings")
            return
        }
        #expect(
            settings == [
                "sweep": .array([.integer(1)]), "experts": .integer(8), "steps": .array([.integer(3), .number(1.5)]),
                "other": .object(["sweep": .bool(true)]),
                "third": .object(["sweep": .array([.integer(1), .integer(2)]), "more": .integer(1)]),
            ])
    }

    // MARK: Mistakes

    @Test(arguments: [
        (#"{ "sweep": [] }"#, "sweep", "the sweep is empty", "add values"),
        (#"{ "sweep": [0.1] }"#, "sweep", "this one has 1", "add values"),
        (#"{ "sweep": [0.1, 0.2, 0.1] }"#, "sweep[2]", "0.1 is swept twice", "every value once"),
        (#"{ "sweep": [0.1, 1e-1] }"#, "sweep[1]", "0.1 is swept twice", "every value once"),
        (#"{ "sweep": [0.1, "0.2"] }"#, "sweep[1]", "found a string", "plain numbers"),
        (#"{ "sweep": [0.1, null] }"#, "sweep[1]", "expected a finite number", "plain numbers"),
        (#"{ "sweep": [0.1, NaN] }"#, "sweep[1]", "expected a finite number", "plain numbers"),
        (#"{ "sweep": [0.1, { "sweep": [1, 2] }] }"#, "sweep[1]", "found an object", "plain numbers"),
        (#"{ "sweep": 0.1 }"#, "sweep", "found a number", "write [0.002, 0.004] or"),
        (
            #"{ "sweep": { "from": 0, "to": 1, "count": 3 } }"#, "sweep.from", "0 has no place",
            "\"spacing\": \"linear\""
        ),
        (#"{ "sweep": { "from": -2, "to": -1, "count": 3 } }"#, "sweep.from", "-2 has no place", "positive"),
        (#"{ "sweep": { "from": 1, "to": -1, "count": 3 } }"#, "sweep.to", "-1 has no place", "positive"),
        (#"{ "sweep": { "from": 1, "to": 0.1, "count": 3 } }"#, "sweep.to", "ends before it begins", "larger"),
        (#"{ "sweep": { "from": 1, "to": 1, "count": 3 } }"#, "sweep.to", "ends before it begins", "larger"),
        (#"{ "sweep": { "from": 1, "to": 1.00000000000001, "count": 9 } }"#, "sweep", "swept twice", "once"),
        (#"{ "sweep": { "from": 0.1, "to": 1, "count": 1 } }"#, "sweep.count", "1 is out of range", "from 2 to 100"),
        (#"{ "sweep": { "from": 0.1, "to": 1, "count": 101 } }"#, "sweep.count", "out of range", "from 2 to 100"),
        (#"{ "sweep": { "from": 0.1, "to": 1, "count": 2, "form": 1 } }"#, "sweep.form", "unknown key", "\"from\""),
        (#"{ "sweep": { "from": 0.1, "to": 1 } }"#, "sweep", "missing key \"count\"", "add \"count\""),
        (
            #"{ "sweep": { "from": 0, "to": 1, "count": 2, "spacing": "linear" } }"#, "sweep.spacing", "wrong object",
            "\"spacing\": \"linear\""
        ),
        (#"{ "sweep": [0.1, 0.2], "spacing": "even" }"#, "spacing", "unknown spacing", "log, linear"),
        (#"{ "sweep": [0.1, 0.2], "spaceing": "log" }"#, "spaceing", "unknown key", "\"spacing\""),
        (#"{ "sweep": [0.1, 0.2], "rule": "widthPower" }"#, "rule", "unknown key", "valid keys"),
        (#"{ "sweep": [0.1, 0.2], "within": [0.15, 1] }"#, "within", "0.1 lies outside", "widen"),
        (#"{ "sweep": [0.1, 0.2], "within": [0.2, 0.1] }"#, "within", "two ends", "smallest and the largest"),
        (#"{ "sweep": [0.1, 0.2], "within": [0.1] }"#, "within", "two ends", "smallest and the largest"),
        (#"{ "sweep": [0.1, 0.2], "within": [0.1, "1"] }"#, "within", "two ends", "smallest and the largest"),
        (#"{ "sweep": [0.1, 0.2], "within": null }"#, "within", "two ends", "smallest and the largest"),
        // What the candidate refuses names the value.
        (#"{ "sweep": [0.1, 200, 300] }"#, "sweep[1]", "200.0 is out of range", "from 1e-09 to 100"),
        (#"{ "sweep": [200, 300] }"#, "sweep[0]", "200.0 is out of range", "from 1e-09 to 100"),
        (#"{ "sweep": { "from": 1, "to": 10000, "count": 3 } }"#, "sweep", "10000.0 is out of range", "1e-09 to 100"),
    ])
    func mistakesAreLocated(rate: String, location: String, message: String, hint: String) {
        let error = error { try family(rate: rate) }
        #expect(error?.code == .invalidInput)
        #expect(error?.location == "c.json:optimizer.learningRate.\(location)")
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
        #expect(error?.hint?.contains(hint) == true, "\(String(describing: error))")
    }

    @Test func aRefusedExponentNamesTheValue() {
        let error = error {
            try family(
                rate: """
                    { "value": 0.1, "rule": "widthPower", "referenceWidth": 32, "exponent": { "sweep": [-1, -5] } }
                    """)
        }
        #expect(error?.location == "c.json:optimizer.learningRate.exponent.sweep[1]")
        #expect(error?.message == "-5.0 is out of range")
    }

    @Test func theSecondSettingIsNamedWhereItIsRefused() {
        let error = error {
            try family(rate: #"{ "sweep": [0.1, 0.2] }"#, tokens: #"{ "sweep": [256, 512, 0] }"#)
        }
        #expect(error?.location == "c.json:batchTokens.sweep[2]")
    }

    /// Where no number belongs the key is wrong, not one of the values.
    @Test(arguments: [
        (
            #""name": { "sweep": [1, 2] }"#, "name", "expected a string, found a number",
            "only a key that takes a number"
        ),
        (
            #""model": { "activation": { "sweep": [1, 2] } }"#, "model.activation", "expected a string, found a number",
            "only a key that takes a number"
        ),
        (
            #""model": { "linearBias": { "sweep": [0, 1] } }"#, "model.linearBias", "expected true or false",
            "only a key that takes a number"
        ),
        (#""schedule": { "sweep": [0, 1] }"#, "schedule", "expected an object, found a number", "write { … } here"),
        (#""model": { "hads": { "sweep": [2, 4] } }"#, "model.hads", "unknown key \"hads\"", "\"heads\""),
        (#""sweep": [1, 2]"#, "sweep", "unknown key \"sweep\"", "valid keys"),
    ])
    func aSweepWhereNoNumberBelongs(more: String, location: String, message: String, hint: String) {
        let error = error { try family(more: more) }
        #expect(error?.location == "c.json:\(location)")
        #expect(error?.message.hasPrefix(message) == true, "\(String(describing: error))")
        #expect(error?.hint?.contains(hint) == true, "\(String(describing: error))")
    }

    @Test func otherMistakesStayWhereTheyAre() {
        let error = error { try family(rate: #"{ "sweep": [0.1, 0.2] }"#, more: #""notse": "x""#) }
        #expect(error?.location == "c.json:notse")
        #expect(error?.hint == "did you mean \"notes\"?")
    }

    @Test func atMostThreeNumbersAreSwept() {
        let two = #"{ "sweep": [0.1, 0.2] }"#
        let error = error {
            try family(
                rate: two, optimizer: #""weightDecay": \#(two), "beta1": \#(two)"#,
                more: #""schedule": { "finalFraction": \#(two) }"#)
        }
        #expect(error?.message == "4 numbers are swept, at most 3 may be")
        #expect(error?.location == "c.json:schedule.finalFraction")
        #expect(error?.hint == "write a plain number here")
    }

    @Test func atMostAHundredMembers() throws {
        let ten = #"{ "sweep": { "from": 1, "to": 10, "count": 10 }, "spacing": "linear" }"#
        #expect(try family(rate: ten, tokens: ten).members.count == 100)
        let eleven = ten.replacingOccurrences(of: "10", with: "11")
        let error = error { try family(rate: ten, tokens: eleven) }
        #expect(error?.message == "10 × 11 values make 110 members, at most 100 may be")
        #expect(error?.location == "c.json:batchTokens")
        let list = (1...101).map { String(Double($0) / 2) }.joined(separator: ",")
        let long = self.error { try family(rate: #"{ "sweep": [\#(list)] }"#) }
        #expect(long?.location == "c.json:optimizer.learningRate.sweep")
        #expect(long?.hint == "sweep fewer values")
    }
}
