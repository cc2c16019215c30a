// `scalebench site`: a store as pages for a browser. Reporting/Site makes the pages.

import ArgumentParser
import Foundation
import RunStore
import ScalebenchCore

struct SiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site",
        abstract: "Write everything that a store knows as pages for a browser.",
        discussion: """
            The site needs no server: open OUT/index.html, or copy the folder to any place that serves files. Its pages \
            are readable without a script. The front page says what changed last night. Every suite, candidate and \
            comparison has a page, and so has every run of the last nights, with its curve, configuration, events and \
            the end of its log. Older runs are in the CSV file of their suite.

            OUT is made where it does not exist. Otherwise it must be empty or hold an earlier site, of which pages \
            that are gone are removed. Files that this command did not write are left alone. Nothing is trained. \
            The same store gives the same files.

            Examples:
              scalebench site public
              scalebench site public --store nightly/store --nights 60

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """)

    @Argument(help: ArgumentHelp("The folder of the site.", valueName: "out"), completion: .directory) var output:
        String
    @Option(help: "Runs of this many days, up to the day of the newest comparison, have pages.") var nights = 30
    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot

    func validate() throws {
        guard (1...100_000).contains(nights) else { throw ValidationError("--nights is a number from 1 on.") }
    }

    func run() throws {
        let store = try RunStore.existing(root: store)
        let folder = try SiteFolder(output)
        let written = try SiteMaker(store, nights: nights).write(to: folder)
        let changes = written.changed == 0 ? "none of them changed" : "\(written.changed) of them new or changed"
        let text =
            "\(folder.path)/index.html: \(Quantity.count(written.files, "file")), "
            + "\(Quantity.bytes(Double(written.bytes))), \(changes)\n"
        try StandardOutput.write(Data(text.utf8))
    }
}
