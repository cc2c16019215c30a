// A page of titled parts: no script, no network, readable on a telephone, in the dark and on paper.

import Foundation
import ScalebenchCore

/// A self-contained HTML file.
struct HTMLPage {
    struct Part {
        /// Unique on the page; the navigation links to it.
        let id: String
        let title: String
        let body: Markup

        var section: Markup {
            tag("section", ["id": id]) {
                tag("h2") { title }
                body
            }
        }
    }

    let title: String
    /// The text under the title.
    let heading: Markup
    let parts: [Part]

    var data: Data {
        let page = Markup.joined([
            Markup(trusted: "<!DOCTYPE html>\n"),
            tag("html", ["lang": "en"]) {
                head
                tag("body") {
                    tag("header") {
                        tag("h1") { tag("bdi") { title } }
                        heading
                    }
                    tag("nav", ["aria-label": "Sections"]) {
                        for part in parts { tag("a", ["href": "#\(part.id)"]) { part.title } }
                    }
                    tag("main") { for part in parts { part.section } }
                    tag("footer") { tag("p") { "scalebench \(ScalebenchVersion.current)" } }
                }
            },
            Markup(trusted: "\n"),
        ])
        return Data(page.source.utf8)
    }

    private var head: Markup {
        tag("head") {
            tag("meta", ["charset": "utf-8"])
            tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            tag("meta", ["name": "color-scheme", "content": "light dark"])
            tag("title") { title + " – scalebench" }
            Markup.style(String(decoding: PackageResources.report_css, as: UTF8.self))
        }
    }
}
