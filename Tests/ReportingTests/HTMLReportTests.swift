// The report's promises: it is well-formed and self-contained, nothing in it executes, every picture is described and
// tabulated, and its colours can be read.

import Comparison
import Foundation
import Reporting
import Testing

struct HTMLReportTests {
    private func page(_ name: String) throws -> String {
        String(decoding: HTMLReport.render(ReportContent(try Snapshots.result(name))), as: UTF8.self)
    }

    @Test(arguments: ["three-candidates", "family"]) func rendering(name: String) throws {
        // The style sheet has a file of its own; one element per line makes differences readable.
        let page = try page(name).replacing(/<style>[^<]*<\/style>/, with: "<style></style>")
            .replacing("><", with: ">\n<")
        try Snapshots.expect(page, "\(name).html")
    }

    @Test(arguments: Snapshots.results) func theStructureIsSound(name: String) throws {
        let outline = try PageOutline(try page(name))
        // Headings are in order: there is one of the first level, and none skips a level.
        #expect(outline.headings.filter { $0 == 1 }.count == 1 && outline.headings.first == 1)
        #expect(zip(outline.headings, outline.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 })
        // Every picture says what it shows and has its numbers underneath.
        #expect(!outline.pictureLabels.isEmpty)
        #expect(outline.pictureLabels.allSatisfy { $0.count > 20 })
        #expect(outline.tablesPerFigure.allSatisfy { $0 == 1 })
        #expect(Set(outline.ids).count == outline.ids.count)
        #expect(Set(outline.links).isSubset(of: outline.ids.map { "#\($0)" }))
    }

    @Test(arguments: Snapshots.results) func nothingExecutesAndNothingIsFetched(name: String) throws {
        let outline = try PageOutline(try page(name))
        let expected: Set = [
            "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "article", "footer",
            "h1",
            "h2", "h3", "p", "a", "strong", "bdi", "ul", "li", "span", "dl", "dt", "dd", "div", "figure", "figcaption",
            "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "svg", "g", "path", "rect", "text",
            "clipPath",
        ]
        #expect(outline.elements.subtracting(expected) == [])
        #expect(outline.attributes.filter { $0.hasPrefix("on") || $0 == "src" || $0 == "style" } == [])
        #expect(outline.links.allSatisfy { $0.hasPrefix("#") })
        #expect(!(try page(name)).contains("url(http"))
    }

    @Test func hostileNamesStayText() throws {
        let page = try page("three-candidates")
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot;"))
        #expect(!page.contains("<script"))
        #expect(!page.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
    }

    // MARK: - The first screen

    /// The first section of the page.
    private func first(_ name: String) throws -> Substring {
        let page = try page(name)
        let end = try #require(page.range(of: "</section>")),
            start = try #require(page.range(of: "<section id=\"verdict\""))
        return page[start.lowerBound..<end.lowerBound]
    }

    @Test func twoCandidatesHaveAnAnswerAndAPicture() throws {
        let open = try first("before-the-target"), decided = try first("after-the-target")
        for text in [open, decided] {
            #expect(
                text.contains("How sure") && text.contains("By how much") && text.contains("What would make it surer"))
            #expect(text.contains("<figure id=\"gap-plot-1\""))
        }
        #expect(open.contains("base is better with probability 83 %. The rule names a winner from 95 % on."))
        #expect(open.contains("probability of naming the right winner 83 % → 97.4 %"))
        #expect(decided.contains("steeper is better than base at the target.</p>"))
        #expect(
            decided.contains(
                "The loss of steeper is expected to be lower by 0.0282 nats/token (90 % interval: 0.0207 to"))
        #expect(decided.contains("Nothing more is needed"))
        let diverged = try first("diverged-arm")
        #expect(diverged.contains("base is better than cliff at the target: the other one diverged."))
        #expect(!diverged.contains("By how much"))
    }

    @Test func severalCandidatesHaveASummaryFirst() throws {
        for name in ["three-candidates", "many-candidates"] {
            let text = try first(name)
            #expect(text.contains("Against the reference A") && text.contains("<figure id=\"leaders-plot\""))
            #expect(text.contains("Who beats whom") && text.contains("Each against the reference A"))
        }
        let many = try first("many-candidates")
        #expect(many.contains("Of 9 others, by the rule (a winner from 95 % on): 5 worse, 3 may cross, 1 unresolved."))
        #expect(many.contains("<dd>At the target the best learningRate is 0.0025 [0.0015, 0.0041]; of the members, "))
        #expect(many.contains("The closest pair is adam-0.0023 against adam-0.0034."))
    }

    @Test func manyCandidatesAreNotRepeated() throws {
        let page = try page("many-candidates")
        // Pictures of the likeliest six pairs; every finding once.
        #expect(page.ranges(of: "id=\"gap-plot-").count == 6)
        #expect(page.ranges(of: "seed noise is unknown").count == 1)
        #expect(page.utf8.count < 400_000)
    }

    @Test func coloursCanBeRead() throws {
        let schemes = try Palette.schemes(try page("after-the-target"))
        #expect(schemes.count == 2)
        for colours in schemes {
            let pairs =
                ["text", "muted", "link", "c0", "c1", "c2", "c3", "c4", "c5"].map { ($0, "ground") }
                + (0...6).map { ("s\($0)", "ground") } + [("text", "panel"), ("muted", "panel")]
                + ["good", "open", "risk"].map { ("chip", $0) }
            for (front, back) in pairs {
                let contrast = Palette.contrast(try #require(colours[front]), try #require(colours[back]))
                #expect(contrast >= 4.5, "\(front) on \(back): \(contrast)")
            }
        }
    }
}

/// The colours a style sheet declares, and how well they stand out from each other (WCAG 2.2, relative luminance).
private enum Palette {
    /// One dictionary per `:root` block.
    static func schemes(_ page: String) throws -> [[String: String]] {
        page.components(separatedBy: ":root {").dropFirst().map { block in
            let declarations = block.prefix { $0 != "}" }.split(separator: ";")
            return Dictionary(
                uniqueKeysWithValues: declarations.compactMap { declaration -> (String, String)? in
                    let parts = declaration.split(separator: ":").map {
                        $0.trimmingCharacters(in: .whitespacesAndNewlines)
                    }
                    return parts.count == 2 ? (String(parts[0].dropFirst(2)), parts[1]) : nil
                })
        }
    }

    static func contrast(_ first: String, _ second: String) -> Double {
        let luminances = [luminance(first), luminance(second)].sorted()
        return (luminances[1] + 0.05) / (luminances[0] + 0.05)
    }

    private static func luminance(_ colour: String) -> Double {
        let value = Int(colour.dropFirst(), radix: 16) ?? 0
        let channels = [value >> 16 & 255, value >> 8 & 255, value & 255].map { channel -> Double in
            let share = Double(channel) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
}
