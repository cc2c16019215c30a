// The frame of every page of a site: one style sheet and one script for all of them, and links that work from a file.

import Foundation
import ScalebenchCore

/// One page, which is readable without its script.
struct SitePage {
    /// Its path from the site's folder.
    let address: String
    let title: String
    /// The pages above it, the front page first, and their addresses.
    var trail: [(title: String, address: String)] = []
    /// The text under the title.
    var heading = Markup.empty
    let parts: [HTMLPage.Part]

    var file: SiteFile { SiteFile(address, data) }

    /// A link to another page of the site. The name may be of any origin.
    func link(_ text: String, _ address: String) -> Markup { Self.link(text, address, from: self.address) }

    static func link(_ text: String, _ address: String, from page: String) -> Markup {
        tag("a", ["href": SiteAddress.link(address, from: page)]) { tag("bdi") { SafeText.line(text) } }
    }

    private var data: Data {
        let page = Markup.joined([
            Markup(trusted: "<!DOCTYPE html>\n"),
            tag("html", ["lang": "en"]) {
                head
                tag("body") {
                    tag("a", ["class": "skip", "href": "#content"]) { "Skip to the content" }
                    tag("header") {
                        if !trail.isEmpty { path }
                        tag("h1") { tag("bdi") { SafeText.line(title, limit: 120) } }
                        heading
                        if parts.count > 1 { sections }
                    }
                    tag("main", ["id": "content"]) { for part in parts { part.section } }
                    tag("footer") { tag("p") { "scalebench \(ScalebenchVersion.current)" } }
                }
            },
            Markup(trusted: "\n"),
        ])
        return Data(page.source.utf8)
    }

    private var path: Markup {
        tag("nav", ["aria-label": "Path", "class": "path"]) {
            tag("ol") {
                for step in trail { tag("li") { link(step.title, step.address) } }
                tag("li", ["aria-current": "page"]) { tag("bdi") { SafeText.line(title) } }
            }
        }
    }

    private var sections: Markup {
        tag("nav", ["aria-label": "Sections"]) {
            for part in parts { tag("a", ["href": "#\(part.id)"]) { part.title } }
        }
    }

    private var head: Markup {
        tag("head") {
            tag("meta", ["charset": "utf-8"])
            tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            tag("meta", ["name": "color-scheme", "content": "light dark"])
            tag("title") { SafeText.line(title, limit: 120) + " – scalebench" }
            tag("link", ["rel": "stylesheet", "href": SiteAddress.link(SiteAddress.style, from: address)])
            tag("script", ["src": SiteAddress.link(SiteAddress.script, from: address), "defer": "defer"])
        }
    }

    /// The files that all pages share.
    static var shared: [SiteFile] {
        let sheets = [PackageResources.report_css, PackageResources.site_css]
        return [
            SiteFile(SiteAddress.style, Data(sheets.joined())),
            SiteFile(SiteAddress.script, Data(PackageResources.site_js)),
        ]
    }
}
