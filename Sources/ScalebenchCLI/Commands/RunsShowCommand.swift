import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct RunsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one run: its recipe, curve, evaluations and origin.",
        discussion: """
            RUN is the start of a run's name, as `runs list` shows it, with enough digits to fit one run only.

            Example:
              scalebench runs show 66d4
            """)

    @Argument(help: ArgumentHelp("The run, or the start of its name.", valueName: "run")) var prefix: String
    @Flag(help: "Draw the curve in ASCII; default where the locale is not UTF-8.") var ascii = false
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let found = try storeOptions.catalog().run(prefix)
        let store = try RunStore.existing(root: storeOptions.store)
        var job: RunJob?, record: RunRecord?, imported: ImportedRun?
        var path = store.folder(of: found.summary.id).path
        switch found.content {
        case .trained(let itsJob, let itsRecord): (job, record) = (itsJob, itsRecord)
        case .imported(let run):
            imported = run
            path = store.importFile(run.id)
        }
        let text = RunReport.show(
            found.summary, job: job, record: record, imported: imported, curve: found.curve, path: path,
            isUnicode: !ascii && Self.localeIsUnicode)
        try StandardOutput.write(Data(text.utf8))
    }

    /// An unset locale counts as Unicode: scripts and containers often leave it unset, and read UTF-8 nevertheless.
    private static var localeIsUnicode: Bool {
        let environment = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        return locale.map { $0.uppercased().replacing("-", with: "").contains("UTF8") } ?? true
    }
}
