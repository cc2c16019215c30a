import Foundation
import ScalebenchCore
import Testing

@Suite struct RunRecordTests {
    private let lines = """
        {"event":"start","schemaVersion":1,"runID":"r","time":"t","trainerVersion":"v","resumedFromStep":0,"parametersTotal":1,"parametersNonEmbedding":1,"flops":1,"machine":{}}
        {"event":"step","step":10,"tokens":100,"natsPerToken":2.5,"learningRate":0.1,"gradientNorm":1,"seconds":1}
        {"event":"checkpoint","step":10}
        {"event":"step","step":20,"tokens":200,"natsPerToken":null,"learningRate":0.1,"gradientNorm":1,"seconds":2}

        """

    @Test func resumedStartDiscardsWhatCameAfterTheCheckpoint() throws {
        let resumed =
            lines + lines.split(separator: "\n")[0].replacing("\"resumedFromStep\":0", with: "\"resumedFromStep\":10")
            + "\n"
        let record = try RunRecord(events: Data(resumed.utf8), file: "f")
        #expect(record.steps.map(\.step) == [10])
        #expect(record.checkpointStep == 10)
    }

    @Test func tornLastLineIsDroppedAtEveryLength() throws {
        let whole = Data(lines.utf8)
        for length in 0..<whole.count {
            let record = try RunRecord(events: whole.prefix(length), file: "f")
            #expect(record.hasTornLine == (length > 0 && whole[length - 1] != UInt8(ascii: "\n")))
        }
    }

    @Test func garbageInTheMiddleNamesFileAndLine() {
        let damaged = lines.replacing("{\"event\":\"checkpoint\",\"step\":10}", with: "{\"event\":\"checkpo")
        #expect { try RunRecord(events: Data(damaged.utf8), file: "f") } throws: { error in
            (error as? ScalebenchError)?.location == "f:3"
        }
    }

    @Test func eventsRoundTrip() throws {
        let event = RunEvent.evaluation(
            .init(
                step: 5, tokens: 50, natsPerToken: 1.25, standardError: 0.5, sequences: 2,
                sequenceNatsPerToken: [1, 1.5], updateToWeight: 0.25))
        #expect(try JSONDecoder().decode(RunEvent.self, from: JSONEncoder().encode(event)) == event)
    }
}
