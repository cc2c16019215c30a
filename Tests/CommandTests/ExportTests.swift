// Tables that other libraries export: every one opens, or is refused with the command that makes a table of it. The files
// and the script that writes them lie in Exports.

import Foundation
import Testing

struct ExportTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Exports")

    private func compare(_ file: String, _ options: [String] = []) throws -> ToolResult {
        let scratch = try Scratch()
        let copy = scratch.url.appendingPathComponent(file)
        try FileManager.default.copyItem(at: Self.folder.appendingPathComponent(file), to: copy)
        return try Tool.run(
            ["compare", "--runs", file, "--target-scale", "1e9", "--axis", "parameters"] + options, in: scratch.url)
    }

    /// The numbers of a result, without what says how the table was read.
    private func numbers(_ output: String) throws -> [String] {
        let json = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        let pairs = try #require(json["pairs"] as? [[String: Any]])
        return pairs.map { "\($0["probabilityABetter"] ?? "") \($0["a"] ?? "") \($0["b"] ?? "")" }
    }

    /// All hold the same runs, so that all have the same result.
    @Test(arguments: [
        ("pandas.csv", #"candidate is "optimizer"; params is "model_size"; loss is "val_loss""#),
        ("excel_semicolon.csv", #"";" between cells, decimal commas"#),
        ("excel_unicode.txt", "tabs between cells in UTF-16"), ("tab.tsv", "tabs between cells"),
        ("suffix.csv", #""10M" is 10 M"#), ("suffix.csv.gz", #""10M" is 10 M"#), ("bars.md", #""|" between cells"#),
        ("thousands.csv", #""10,000,000" is 10 M"#), ("records.json", ": JSON"), ("lines.jsonl", ": JSON lines"),
        ("columns.json", ": JSON"), ("index.json", ": JSON"), ("split.json", ": JSON"), ("table.json", ": JSON"),
        ("indented.json", #"candidate is "config.optimizer""#), ("mlflow.csv", #"params is "params.n_params""#),
        ("wandb_table.csv", #"loss is "val/loss""#), ("optuna.csv", #"params is "params_n_params""#),
        ("neptune.csv", #"loss is "metrics/val/loss""#),
    ]) func opens(file: String, note: String) throws {
        let result = try compare(file, ["--json", "-"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try numbers(result.output) == Self.ideal.get())
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let said = (document?["input"] as? [String: Any])?["note"] as? String ?? ""
        #expect(said.hasPrefix("The table is read as follows: ") && said.contains(note), "\(said)")
    }

    /// The numbers of the table that has the documented names.
    private static let ideal = Result {
        let tests = ExportTests()
        return try tests.numbers(try tests.compare("ideal.csv", ["--json", "-"]).output)
    }

    @Test func whatIsFoundOutIsSaidOnce() throws {
        let text = try compare("pandas.csv").output
        #expect(text.components(separatedBy: "· The table is read as follows: candidate is \"optimizer\"").count == 2)
        #expect(!(try compare("ideal.csv").output.contains("is read as follows")))
    }

    @Test(arguments: [
        ("runs.parquet", "pandas.read_parquet('runs.parquet').to_csv('runs-table.csv', index=False)"),
        ("runs.feather", "pandas.read_feather('runs.feather')"), ("runs.orc", "pandas.read_orc('runs.orc')"),
        ("runs.h5", "pandas.read_hdf('runs.h5')"), ("runs.pkl", "pandas.read_pickle('runs.pkl')"),
        ("runs.dta", "pandas.read_stata('runs.dta')"), ("runs.xlsx", "pandas.read_excel('runs.xlsx')"),
        ("runs.npz", "dict(numpy.load('runs.npz'))"), ("runs.npy", "numpy.load('runs.npy')"),
        ("runs.db", "sqlite3 -header -csv runs.db 'SELECT * FROM runs' > runs-table.csv"),
        ("runs.csv.zip", "unzip -p runs.csv.zip > runs-table.csv"), ("runs.csv.bz2", "bzip2 -dc runs.csv.bz2"),
        ("runs.csv.xz", "xz -dc runs.csv.xz"), ("runs.html", "pandas.read_html('runs.html')[0]"),
        ("runs.yaml", "yaml.safe_load(open('runs.yaml'))"),
        ("spaces.txt", #"pandas.read_csv('spaces.txt', sep=r'\s+')"#),
        ("latin1.csv", "iconv -f WINDOWS-1252 -t UTF-8 latin1.csv"), ("values.json", #"orient="records""#),
        ("wandb_api.csv", "ast.literal_eval(c) for c in t[k]"),
        ("pandas_no_candidate.csv", "t['run_name'].str.split('-').str[0]"),
        ("melted.csv", "--metric all"), ("wide.csv", "--metric all"), ("results.tsv", "--columns params=COLUMN"),
    ]) func isRefusedWithTheCommandToType(file: String, command: String) throws {
        let result = try compare(file)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("hint: ") && result.errors.contains(command), "\(result.errors)")
    }

    @Test func everyExportIsTried() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let left = files.filter { !source.contains("\"\($0)\"") && $0 != "make.py" && $0 != "README.md" }
        #expect(left.isEmpty, "\(left)")
    }

    /// The commands of the errors do what they say, where Python has pandas.
    @Test(
        .enabled(if: Python.has("pandas")),
        arguments: ["runs.pkl", "runs.npz", "spaces.txt", "pandas_no_candidate.csv", "wandb_api.csv"])
    func commandsOfErrorsWork(file: String) throws {
        let scratch = try Scratch()
        try FileManager.default.copyItem(
            at: Self.folder.appendingPathComponent(file), to: scratch.url.appendingPathComponent(file))
        let refused = try Tool.run(["compare", "--runs", file, "--target-scale", "1e9"], in: scratch.url)
        let command = try #require(
            refused.errors.firstRange(of: "python3 -c ").map { String(refused.errors[$0.lowerBound...]) })
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = scratch.url
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command)")
        let made = try #require(scratch.files().first { $0.hasSuffix("-table.csv") })
        // The archive of NumPy holds losses alone.
        let again = try Tool.run(["compare", "--runs", made, "--target-scale", "1e9"], in: scratch.url)
        #expect(again.status == (file == "runs.npz" ? 1 : 0), "\(again.errors)")
    }

    @Test func runsThatCrashedAreLeftOutAndSaid() throws {
        #expect(try compare("wandb_table.csv").output.contains("! 1 row is left out: State says crashed"))
        let ladder = try compare("results_ladder.tsv").output
        #expect(
            ladder.contains("! 3 rows are left out: status says crash") && ladder.contains(#"candidate is "commit""#))
        let taken = try compare("wandb_table.csv", ["--columns", "state=-", "--json", "-"])
        #expect(taken.status == 0 && !taken.output.contains("unfinishedRuns") && taken.output.contains("5.1"))
    }

    // MARK: - Metrics

    @Test func aLossOnOneOfSixteenMetricsComesFirst() throws {
        for file in ["wide.csv", "melted.csv"] {
            let result = try compare(file, ["--metric", "all"])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("muon is worse on code_loss, better on 15 of 16."), "\(result.output)")
            let rows = result.output.split(separator: "\n").filter { $0.contains(" wins ") }
            #expect(rows.count == 16 && rows.first?.contains("code_loss") == true && rows[0].contains("adamw wins"))
        }
        let failed = try compare("wide.csv", ["--metric", "all", "--fail-on", "regression", "--quiet"])
        #expect(failed.status == 3 && failed.output.isEmpty)
        #expect(try compare("wide.csv", ["--metric", "subset00_loss", "--fail-on", "regression"]).status == 0)
    }

    @Test func everyMetricHasTheUsualResult() throws {
        let all = try compare("wide.csv", ["--metric", "all", "--json", "-"])
        let one = try compare("wide.csv", ["--metric", "code_loss", "--json", "-"])
        let document = try #require(try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [String: Any])
        let metrics = try #require(document["metrics"] as? [[String: Any]])
        let single = try #require(try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? NSDictionary)
        #expect(metrics.count == 16 && metrics[0] as NSDictionary == single)
        let input = try #require(metrics[0]["input"] as? [String: Any])
        #expect(input["metric"] as? String == "code_loss")
        #expect((input["columns"] as? [String: String])?["params"] == "model_size")
    }

    @Test func severalMetricsMakeOnePage() throws {
        let scratch = try Scratch()
        try FileManager.default.copyItem(
            at: Self.folder.appendingPathComponent("wide.csv"), to: scratch.url.appendingPathComponent("wide.csv"))
        let result = try Tool.run(
            [
                "compare", "--runs", "wide.csv", "--target-scale", "1e9", "--metric", "code_loss,subset03_loss",
                "--report", "r.html",
            ],
            in: scratch.url)
        #expect(result.status == 0 && result.output.contains("Report: r.html"), "\(result.errors)")
        let page = try String(contentsOf: scratch.url.appendingPathComponent("r.html"), encoding: .utf8)
        #expect(page.contains("muon is worse on code_loss, better on 1 of 2."))
        #expect(page.components(separatedBy: "<section").count == 4 && !page.contains("subset04"))
    }

    @Test func moreOfAnAccuracyIsBetterOnlyWhereItIsSaid() throws {
        let refused = try compare("accuracy.csv", ["--metric", "accuracy"])
        #expect(
            refused.status == 1 && refused.errors.contains("--maximize judges its error, 1 − accuracy"),
            "\(refused.errors)")
        let result = try compare("accuracy.csv", ["--metric", "accuracy", "--maximize"])
        // Muon has the higher accuracy at every rung, so it leads.
        #expect(result.status == 0 && result.output.contains("muon leads"), "\(result.output)")
        #expect(result.output.contains("Metric: accuracy; every loss is 1 − value"))
        let wrong = try compare("accuracy.csv", ["--metric", "accuracy", "--minimize"])
        #expect(wrong.status == 0 && wrong.output.contains("adamw leads"))
        let loss = try compare("accuracy.csv", ["--metric", "val_loss", "--maximize"])
        #expect(loss.status == 1 && loss.errors.contains("leave out --maximize"), "\(loss.errors)")
        let partly = try compare("accuracy.csv", ["--metric", "all"])
        #expect(partly.status == 0 && partly.output.contains("! accuracy is not judged"))
        let both = try compare("accuracy.csv", ["--metric", "all", "--maximize"]).output
        #expect(both.contains("accuracy (its error)") && both.contains("of 2"), "\(both)")
    }

    @Test func aLawIsFittedToAnExport() throws {
        let scratch = try Scratch()
        try FileManager.default.copyItem(
            at: Self.folder.appendingPathComponent("wide.csv"), to: scratch.url.appendingPathComponent("wide.csv"))
        let result = try Tool.run(["fit", "wide.csv", "--metric", "code_loss", "--json", "-"], in: scratch.url)
        #expect(result.status == 0 && result.output.contains(#""params" : "model_size""#), "\(result.errors)")
        #expect(try Tool.run(["fit", "wide.csv", "--metric", "all"], in: scratch.url).status == 64)
    }
}
