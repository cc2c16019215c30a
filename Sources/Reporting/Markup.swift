// HTML and SVG as values. Text becomes markup only through the escaper here, so no name, note or message of a user can
// become an element, an attribute or a script.

import ScalebenchCore

/// A piece of HTML or SVG that is safe to join with others.
struct Markup: Sendable {
    private(set) var source: String

    private init(source: String) { self.source = source }

    /// Text of any origin.
    init(text: String) { source = Self.escape(text) }

    /// Source written in this program.
    init(trusted source: StaticString) { self.source = "\(source)" }

    /// A style sheet of this program.
    static func style(_ sheet: String) -> Markup { Markup(source: "<style>\n\(sheet)</style>") }

    static let empty = Markup(source: "")

    static func joined(_ parts: [Markup]) -> Markup { Markup(source: parts.map(\.source).joined()) }

    fileprivate static func element(_ name: StaticString, _ attributes: [(String, String)], _ content: Markup) -> Markup
    {
        let name = name.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        var source = "<" + name
        source.reserveCapacity(content.source.utf8.count + 2 * name.utf8.count + 24 * attributes.count + 5)
        for (key, value) in attributes {
            source += " "
            source += key
            source += "=\""
            source += escape(value)
            source += "\""
        }
        if content.source.isEmpty, voidElements.contains(name) { return Markup(source: source + " />") }
        source += ">"
        source += content.source
        source += "</"
        source += name
        source += ">"
        return Markup(source: source)
    }

    private static let voidElements: Set<String> = ["meta", "link", "br", "hr", "col"]

    /// Whether a byte is a printable character of ASCII without a meaning in HTML.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: (0x20..<0x7F).contains(byte)
        }
    }

    /// Characters with a meaning in HTML are written as references; control characters and direction marks, which can
    /// make a page show what it does not say, become replacement characters.
    private static func escape(_ text: String) -> String {
        // Most texts are numbers and plain words.
        if text.utf8.allSatisfy(isPlain) { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(SafeText.isHarmless(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result
    }
}

/// Builds nested markup from nested closures: strings become text, arrays become sequences.
@resultBuilder
enum MarkupBuilder {
    static func buildExpression(_ text: String) -> Markup { Markup(text: text) }
    static func buildExpression(_ markup: Markup) -> Markup { markup }
    static func buildExpression(_ markup: Markup?) -> Markup { markup ?? .empty }
    static func buildExpression(_ markup: [Markup]) -> Markup { .joined(markup) }
    static func buildBlock(_ parts: Markup...) -> Markup { .joined(parts) }
    static func buildOptional(_ part: Markup?) -> Markup { part ?? .empty }
    static func buildEither(first part: Markup) -> Markup { part }
    static func buildEither(second part: Markup) -> Markup { part }
    static func buildArray(_ parts: [Markup]) -> Markup { .joined(parts) }
}

/// An element: `tag("p", ["class": "note"]) { "text" }`.
func tag(
    _ name: StaticString, _ attributes: KeyValuePairs<String, String> = [:],
    @MarkupBuilder _ content: () -> Markup = { .empty }
) -> Markup {
    .element(name, attributes.map { ($0.key, $0.value) }, content())
}
