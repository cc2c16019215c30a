// Text to build small data sets from.

import Foundation
import Testing

extension Scratch {
    /// Sentences with structure, of this many bytes or a little more. They are the same every time.
    static func sentences(bytes: Int = 200_000) -> String {
        let words = [
            "the", "ladder", "of", "small", "models", "knows", "what", "one", "run", "will", "show", "at", "scale",
        ]
        var state: UInt32 = 1, text = ""
        text.reserveCapacity(bytes + 100)
        while text.utf8.count < bytes {
            state = state &* 1_664_525 &+ 1_013_904_223
            text += words[Int(state >> 16) % words.count] + (state >> 28 == 0 ? ".\n" : " ")
        }
        return text
    }

    /// Builds the data set `./text` from as many bytes.
    func buildText(bytes: Int = 200_000) throws {
        try write(Self.sentences(bytes: bytes), to: "text.txt")
        let built = try Tool.run(["data", "build", "--text", "text.txt", "--name", "text", "--root", "."], in: url)
        #expect(built.status == 0, "\(built.errors)")
    }
}
