// JSON of unknown origin: bytes on which Foundation's readers trap.

import Foundation
import ScalebenchCore
import Testing

struct JSONInputTests {
    /// What lies in memory behind the text is no part of it. A reader that goes on there finds more digits.
    @Test(arguments: [("5", 5), ("1.5", 1.5), ("92233720368547758070", 92_233_720_368_547_758_080)])
    func aNumberEndsWithTheText(text: String, value: Double) throws {
        let memory = Data(text.utf8) + Data(repeating: UInt8(ascii: "7"), count: 40)
        for allowsJSON5 in [false, true] {
            let found = try JSONInput.decode(
                Double.self, from: memory.prefix(text.utf8.count), allowsJSON5: allowsJSON5)
            #expect(found == value)
        }
    }

    @Test(arguments: [
        "5e+", "[9223372036854775808e+]", "{a: 5.5E-}", "[.5e+ , 1]", "// 1\n[5.e-]", "/* ' */[5e+]", "['\\'', 5e+]",
    ]) func anExponentWithoutDigitsIsRefused(text: String) {
        #expect(throws: (any Error).self) {
            try JSONInput.decode(JSONValue.self, from: Data(text.utf8), allowsJSON5: true)
        }
    }

    @Test(arguments: [
        "[5e+1, 5E-1, 5e1]", #"["5e+"]"#, "['5e+', '\\'5e+']", "{ae: 1} // 5e+", "/* 5e+ */ [1]", "{\"1e-\": 1}",
    ]) func otherTextsAreRead(text: String) throws {
        _ = try JSONInput.decode(JSONValue.self, from: Data(text.utf8), allowsJSON5: true)
    }

    private struct Example: Decodable {
        var count: Int
        var names: [String] = []
    }

    @Test(arguments: [
        ("{", "not valid JSON"), ("{}", "the key \"count\" is missing"), ("[1]", "another kind of value is expected"),
        (#"{"count": null}"#, "count: null is no value here"),
        (#"{"count": 1, "names": ["a", 2]}"#, "names[1]: another kind of value is expected"),
    ]) func aReasonIsInWordsForUsers(text: String, reason: String) throws {
        let error = try #require(throws: DecodingError.self) {
            try JSONInput.decode(Example.self, from: Data(text.utf8))
        }
        #expect(JSONInput.reason(error) == reason)
    }
}
