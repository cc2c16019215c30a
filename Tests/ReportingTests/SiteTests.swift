// The site's promises: every link leads to a file of the site, every page is well-formed and labelled, no name becomes
// markup, and the front page says what changed.

import Comparison
import Foundation
import Reporting
import RunStore
import ScalebenchCore
import Testing

struct SiteTests {
    private static let hostile = "<script>alert(1)</script> \u{202E}\"'&" + String(repeating: "long", count: 50)

    @Test func everyLinkLeadsToAFileOfTheSite() throws {
        let site = try SiteExample().files()
        for page in site.pages {
            for link in try PageOutline(page.text).links {
                let target = link.hasPrefix("#") ? page.path + link : page.resolved(link)
                let parts = target.split(separator: "#", maxSplits: 1).map(String.init)
                #expect(site.files[parts[0]] != nil, "\(page.path) links to \(link)")
                guard parts.count == 2, let text = site.text(parts[0]) else { continue }
                #expect(text.contains("id=\"\(parts[1])\""), "\(page.path) links to \(link)")
            }
        }
    }

    @Test func everyFileIsReachedFromTheFrontPage() throws {
        let site = try SiteExample().files()
        var reached: Set = ["index.html"], next = ["index.html"]
        while let path = next.popLast() {
            guard path.hasSuffix(".html"), let text = site.text(path) else { continue }
            let page = SiteExample.Page(path: path, text: text)
            for link in try PageOutline(text).links where !link.hasPrefix("#") {
                let target = String(page.resolved(link).prefix { $0 != "#" })
                if reached.insert(target).inserted { next.append(target) }
            }
        }
        #expect(Set(site.files.keys).subtracting(reached) == [])
    }

    @Test func thePagesAreSound() throws {
        for page in try SiteExample().files().pages {
            let outline = try PageOutline(page.text)
            #expect(outline.language == "en")
            #expect(outline.headings.filter { $0 == 1 }.count == 1 && outline.headings.first == 1, "\(page.path)")
            #expect(zip(outline.headings, outline.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(page.path)")
            #expect(Set(outline.ids).count == outline.ids.count, "\(page.path)")
            #expect(outline.elements.isSuperset(of: ["header", "main", "footer", "h1"]), "\(page.path)")
            #expect(outline.pictureLabels.allSatisfy { $0.count > 20 }, "\(page.path)")
            #expect(outline.captions == outline.sortableTables, "\(page.path)")
            #expect(page.text.contains("<a class=\"skip\" href=\"#content\">"))
            #expect(outline.attributes.filter { $0.hasPrefix("on") || $0 == "style" } == [])
            #expect(!page.text.contains("http"), "nothing is fetched from elsewhere")
            #expect(!page.text.contains("d=\"M\""), "a line without points: \(page.path)")
        }
    }

    @Test func picturesHaveTheirDataBesideThem() throws {
        let site = try SiteExample().files()
        var pictures = 0
        for page in site.pages {
            let figures = page.text.ranges(of: "<figure").count
            pictures += figures
            let drawings = try PageOutline(page.text).links.filter { $0.hasSuffix(".svg") }
            #expect(drawings.count == figures, "\(page.path)")
            for drawing in drawings {
                let svg = try #require(site.text(page.resolved(drawing)))
                #expect(svg.contains("role=\"img\" aria-label=") && svg.contains("--c0:") && svg.contains(".marker {"))
                #expect(!svg.contains("font: 16px"), "only what pictures need")
                let _ = try PageOutline(svg)
                for ending in ["csv", "json"] {
                    let file = page.resolved(drawing.dropLast(3) + ending)
                    #expect(site.files[file]?.isEmpty == false, "\(file)")
                }
            }
        }
        #expect(pictures >= 4)
        for (path, data) in site.files where path.hasSuffix(".json") {
            #expect(throws: Never.self, "\(path)") { try JSONSerialization.jsonObject(with: data) }
        }
    }

    @Test func hostileNamesStayText() throws {
        let site = try SiteExample(candidate: Self.hostile, suite: Self.hostile).files()
        #expect(site.pages.contains { $0.text.contains("&lt;script&gt;alert(1)") })
        for page in site.pages {
            #expect(page.text.ranges(of: "<script").count == 1, "only the site's own script: \(page.path)")
            #expect(!page.text.unicodeScalars.contains { $0.value == 0x202E })
            #expect(page.path.utf8.allSatisfy { $0 < 128 && $0 > 32 } && page.path.utf8.count < 200)
        }
    }

    @Test func namesThatDifferHavePagesThatDiffer() throws {
        let site = try SiteExample(candidate: "New").files(), other = try SiteExample(candidate: "new").files()
        let pages = { (site: SiteExample.Files) in Set(site.files.keys.filter { $0.contains("/candidates/new") }) }
        #expect(!pages(site).isEmpty && pages(site).isDisjoint(with: pages(other)))
    }

    @Test func theFrontPageSaysWhatChanged() throws {
        let front = try #require(try SiteExample().files().text("index.html"))
        let words = front.replacing(/<[^>]*>/, with: "").replacing("\u{2212}", with: "-")
        #expect(words.contains("What changed in the night of 2026-11-28"))
        #expect(words.contains("Regression in planted: new has a loss that is larger by 2.0 % [1.0 %, 3.0 %]"))
        #expect(words.contains("since 2026-11-27 (between 2026-11-26 and 2026-11-28, 95 %)"))
        #expect(words.contains("The last commit before it is aaaaaaaaaa, the first after it bbbbbbbbbb."))
        #expect(words.contains("Changed verdict in planted: new beats base with probability 97.0 %"))
        #expect(words.contains("before, it was “unresolved”"))
        #expect(words.contains("Run without a result: failed, new, width 16, seed 1"))
    }

    @Test func regressionsAreMarkedInTheTrend() throws {
        for isQuiet in [false, true] {
            let site = try SiteExample(isQuiet: isQuiet).files()
            let drawing = try #require(site.files.keys.first { $0.contains("candidates/new") && $0.hasSuffix(".svg") })
            #expect(site.text(drawing)?.contains(".regressed {") == !isQuiet)
            let page = try #require(site.text("suites/planted/candidates/new.html"))
            #expect(page.contains("class=\"regressed\"") == !isQuiet)
            #expect(page.contains("Confirmed by 1 night") == !isQuiet)
            // One bar and one mark per night, in both sizes of the picture.
            #expect(page.ranges(of: "class=\"bar c0\"").count == 6 && page.ranges(of: "class=\"marker c0\"").count == 6)
        }
    }

    @Test func numbersLeadToTheirRuns() throws {
        let site = try SiteExample().files()
        let front = try #require(site.text("index.html"))
        let comparison = try #require(
            front.firstMatch(of: /<a href="(comparisons\/[^"#]+)#runs" class="source">97.0 %/))
        let page = try #require(site.text(String(comparison.1)))
        #expect(page.contains("href=\"../runs/0000000000000011.html\""), "a run of the candidate")
        #expect(page.contains("href=\"../runs/0000000000000001.html\""), "a run of the reference")
    }

    @Test func aQuietNightIsCalledQuiet() throws {
        let front = try #require(try SiteExample(isQuiet: true).files().text("index.html"))
        #expect(front.contains("Nothing changed: every verdict is what it was"))
    }

    @Test func oldRunsAreInTheTableOnly() throws {
        let site = try SiteExample().files()
        #expect(site.files["runs/00000000000000ff.html"] == nil)
        #expect(site.text("suites/planted/runs.csv")?.contains("00000000000000ff") == true)
        #expect(site.files["runs/0000000000000001.html"] != nil)
    }

    @Test func anEmptyStoreHasAFrontPage() throws {
        let index = SiteIndex(SiteContent(boards: [], history: [], nights: 30, reports: []))
        let files = try Site(index, runs: [:]).pieces.flatMap { try $0() }
        #expect(Set(files.map(\.path)) == ["index.html", "style.css", "script.js"])
    }
}

/// A small store in memory: two candidates, three nights, a few runs.
struct SiteExample {
    var candidate = "new"
    var suite = "planted"
    var isQuiet = false

    struct Page {
        let path: String
        let text: String

        /// The path from the site's folder that a relative link leads to.
        func resolved(_ link: String) -> String {
            var parts = path.split(separator: "/").dropLast().map(String.init)
            for step in link.split(separator: "/") {
                if step == ".." { _ = parts.popLast() ?? "outside" } else { parts.append(String(step)) }
            }
            return parts.joined(separator: "/")
        }
    }

    struct Files {
        let files: [String: Data]
        var pages: [Page] {
            files.keys.sorted().filter { $0.hasSuffix(".html") && !$0.hasPrefix("reports/") }.map {
                Page(path: $0, text: text($0)!)
            }
        }
        func text(_ path: String) -> String? { files[path].map { String(decoding: $0, as: UTF8.self) } }
    }

    func files() throws -> Files {
        let history = try ["26", "27", "28"].map(record)
        let leaderboard = try Snapshots.read(LeaderboardDocument.self, "leaderboard.json").leaderboards[0]
        let boards = [
            SiteContent.Board(records: records, leaderboard: leaderboard, obstacle: nil)
        ]
        let index = SiteIndex(
            SiteContent(boards: boards, history: history, nights: 30, reports: ["planted-1.html"]))
        let runs = try runs()
        var files: [SiteFile] = []
        for run in runs where index.hasPage(run.summary) {
            files += RunPage(SiteRun(run, log: ["step 1 <b>", "\u{1B}[31mred"]), index).files
        }
        let summaries = Dictionary(uniqueKeysWithValues: runs.map { ($0.summary.id, $0.summary) })
        files += try Site(index, runs: summaries).pieces.flatMap { try $0() }
        var all = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.data) })
        for report in index.reports { all[SiteIndex.reportPath(report)] = Data("<!DOCTYPE html>".utf8) }
        return Files(files: all)
    }

    private var reference: SuiteReference {
        SuiteReference(
            name: suite, version: 1, dataset: "known-entropy", dataHash: "00", thresholds: VerdictThresholds())
    }

    private var records: [CandidateRecord] {
        ["base", candidate].enumerated().map { position, name in
            let places = ["width 16", "width 32", "width 64"].enumerated().map { place, label in
                CandidateRuns.PlaceRuns(
                    label: label, flops: 1e9, tokens: 1000,
                    runs: [.init(seed: 1, id: id(position * 16 + place))]
                        + (place == 2 ? [.init(seed: 2, id: id(255 - position))] : []))
            }
            return CandidateRecord(
                suite: reference, suiteHash: "11", question: "Which law?", axis: .flops,
                candidate: CandidateRuns(
                    name: name, notes: "a note", recipe: String(repeating: "\(position)", count: 16), places: places),
                firstWritten: "2026-11-26T01:00:00Z", position: position)
        }
    }

    private func id(_ number: Int) -> RunID {
        let digits = String(number, radix: 16)
        return RunID(rawValue: String(repeating: "0", count: 16 - digits.count) + digits)
    }

    private func record(_ day: String) throws -> HistoryRecord {
        let isLast = day == "28" && !isQuiet
        let estimate = { (point: Double, by: Double) -> [String: Any] in
            let interval = [point - by, point + by]
            return ["point": point, "interval50": interval, "interval80": interval, "interval90": interval]
        }
        let regression: [String: Any] = [
            "since": "2026-11-27", "possiblySince": ["2026-11-26", "2026-11-28"], "lastGood": "2026-11-26",
            "change": estimate(0.02, 0.01), "lastGoodCommit": String(repeating: "a", count: 40),
            "firstBadCommit": String(repeating: "b", count: 40),
        ]
        let line: [String: Any] = [
            "candidate": candidate, "rung": "width 64", "losses": [2.5, NSNull()], "nightsBefore": 2,
            "regression": isLast ? regression : NSNull(),
        ]
        let fields: [String: Any] = [
            "schemaVersion": 1, "time": "2026-11-\(day)T02:00:00Z", "program": "1.0.0", "machine": "m",
            "commit": String(repeating: "c", count: 40), "uncommittedChanges": "none",
            "suite": try JSONSerialization.jsonObject(with: JSONEncoder().encode(reference)),
            "board": records[0].board,
            "candidates": records.map { ["name": $0.candidate.name, "recipe": $0.candidate.recipe] },
            "pairs": [
                [
                    "a": "base", "b": candidate, "verdict": isLast ? "bBetter" : "unresolved",
                    "probabilityBBetter": isLast ? 0.97 : 0.6, "gap": estimate(-0.01, 0.02),
                ]
            ], "runs": 6, "flops": 6e9, "result": "0123456789abcdef", "report": "planted-1.html",
            "night": ["job": "main", "date": "2026-11-\(day)", "lines": [line]],
        ]
        return try JSONDecoder().decode(HistoryRecord.self, from: JSONSerialization.data(withJSONObject: fields))
    }

    private func runs() throws -> [CatalogRun] {
        let all: [(Int, RunSummary.Status, String)] = [
            (0, .completed, "26"), (1, .completed, "26"), (2, .completed, "26"), (254, .unfinished, "26"),
            (16, isQuiet ? .completed : .failed, "28"), (17, .completed, "26"), (18, .completed, "26"),
        ]
        let recent = try all.map { try run($0.0, $0.1, "2026-11-\($0.2)T01:30:00Z", $0.0 >= 16 ? candidate : "base") }
        var loose = try run(77, .completed, "2026-11-28T01:00:00Z", "imported")
        loose.summary.candidates = []
        return try recent + [
            loose, run(255, .completed, "2025-01-01T00:00:00Z", "base"), withoutFiles,
            run(88, .running, "2026-11-28T01:00:00Z", "base", isBare: true),
        ]
    }

    /// A run whose files cannot be read.
    private var withoutFiles: CatalogRun {
        let summary = RunSummary(
            id: id(99), status: .damaged, candidates: [], suites: [], place: nil, seed: 0, parameters: nil, tokens: nil,
            flops: nil, seconds: nil, loss: nil, unit: .natsPerToken, date: nil)
        return CatalogRun(summary: summary, content: .trained(nil, nil))
    }

    /// - Parameter isBare: whether it has evaluations alone, one of them without a loss.
    private func run(
        _ number: Int, _ status: RunSummary.Status, _ time: String, _ name: String, isBare: Bool = false
    ) throws -> CatalogRun {
        let id = id(number)
        let events = """
            {"event":"start","schemaVersion":1,"runID":"\(id)","time":"\(time)","trainerVersion":"t","resumedFromStep":0,\
            "parametersTotal":9,"parametersNonEmbedding":8,"flops":1e9,"machine":{"host":"h","commit":"abc"}}
            {"event":"step","step":10,"tokens":100,"natsPerToken":3.2,"learningRate":0.01,"seconds":1}
            {"event":"evaluation","step":10,"tokens":100,"natsPerToken":3.1,"standardError":0.01,"sequences":8}
            {"event":"evaluation","step":20,"tokens":200,"natsPerToken":2.9,"standardError":0.01,"sequences":8}
            {"event":"end","status":"completed","step":20,"tokens":200,"seconds":2}

            """
        var record = try RunRecord(events: Data(events.utf8), file: "events.jsonl")
        if isBare {
            record.steps = []
            record.end = nil
            record.evaluations[1].natsPerToken = nil
        }
        let summary = RunSummary(
            id: id, status: status, candidates: [name], suites: ["\(suite) v1"], place: "width 16", seed: 1,
            parameters: 8, tokens: 200, flops: 1e9, seconds: 2, loss: 2.9, unit: .natsPerToken, date: time)
        return CatalogRun(summary: summary, content: .trained(nil, record))
    }
}
