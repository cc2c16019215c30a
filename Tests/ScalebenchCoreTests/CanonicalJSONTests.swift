import Foundation
import ScalebenchCore
import Testing

@Suite struct CanonicalJSONTests {
    @Test func numbersHaveOneSpelling() throws {
        let first = try JSONDecoder().decode(JSONValue.self, from: Data(#"{"b": 3.0, "a": [1e-3, "x\n"]}"#.utf8))
        let second = try JSONDecoder().decode(JSONValue.self, from: Data(#"{"a":[0.001,"x\n"],"b":3}"#.utf8))
        #expect(first.canonicalText == second.canonicalText)
        #expect(first.canonicalText == #"{"a":[0.001,"x\u000a"],"b":3}"#)
    }

    @Test func hashIsSHA256OfCanonicalText() {
        // echo -n '{}' | sha256sum
        let expected = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        #expect(ContentHash.sha256(JSONValue.object([:])) == expected)
    }
}
