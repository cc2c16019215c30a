// What is wrong with a JSON text, in words for a user rather than in those of the decoder.

extension JSONInput {
    /// The reason for which `decode` refused a text. Errors of other types keep their own words.
    package static func reason(_ error: any Error) -> String {
        switch error {
        case is NotUTF8: "not UTF-8 text"
        case is BareExponent: "a number with an exponent without digits"
        case DecodingError.keyNotFound(let key, let context):
            "\(place(context.codingPath))the key \"\(key.stringValue)\" is missing"
        case DecodingError.valueNotFound(_, let context): "\(place(context.codingPath))null is no value here"
        case DecodingError.typeMismatch(_, let context): "\(place(context.codingPath))another kind of value is expected"
        case DecodingError.dataCorrupted(let context):
            "\(place(context.codingPath))\(context.codingPath.isEmpty ? "not valid JSON" : context.debugDescription)"
        default: "\(error)"
        }
    }

    /// The path of a value, such as `spec.runs[2].width: `; nothing for the whole text.
    private static func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "" }
        let words = path.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
        return (words.hasPrefix(".") ? String(words.dropFirst()) : words) + ": "
    }
}
