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
        let list = attributes.map { " \($0.0)=\"\(escape($0.1))\"" }.joined()
        let isVoid = voidElements.contains("\(name)")
        return Markup(source: isVoid ? "<\(name)\(list) />" : "<\(name)\(list)>\(content.source)</\(name)>")
    }

    private static let voidElements: Set<String> = ["meta", "br", "hr", "col"]

    /// Characters with a meaning in HTML are written as references; control characters and direction marks, which can
    /// make a page show what it does not say, become replacement characters.
    private static func escape(_ text: String) -> String {
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
