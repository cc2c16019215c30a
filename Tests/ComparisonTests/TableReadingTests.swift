// What is found out about a table: its characters, its columns and how its numbers are written.

import Comparison
import Foundation
import ScalebenchCore
import Testing

struct TableReadingTests {
    private func table(_ text: String, _ reading: TableReading = .init(), keeping: [TableFilter] = []) throws
        -> LossTable
    {
        try LossTable(try TableText(Data(text.utf8), file: "t"), file: "t", keeping: keeping, reading: reading)
    }

    private func error(_ text: String, _ reading: TableReading = .init()) -> ScalebenchError? {
        #expect(throws: ScalebenchError.self) {
            let table = try table(text, reading)
            for row in table.rows { _ = try table.number(.loss, row) }
        }
    }

    private func numbers(_ text: String, _ column: LossColumn, _ reading: TableReading = .init()) throws -> [Double] {
        let table = try table(text, reading)
        return try table.rows.map { try table.number(column, $0) }
    }

    // MARK: - Columns

    @Test(arguments: [
        ("Optimizer,Params,Val Loss", "candidate,params,loss"), ("method,N,bpb", "candidate,params,loss"),
        ("recipe,model size,eval/loss", "candidate,params,loss"), ("arm,C,test_loss", "candidate,flops,loss"),
        ("params.optimizer,params.n_params,metrics.val_loss", "candidate,params,loss"),
        ("config.optimizer,config.num_params,summary.val_loss", "candidate,params,loss"),
        ("optim,Total Params (non-embedding),Loss (nats)", "candidate,params,loss"),
    ]) func usualNamesAreFound(header: String, columns: String) throws {
        let names = header.components(separatedBy: ","), roles = columns.components(separatedBy: ",")
        let input = try table(header + "\na,1,2\n").input
        #expect(input.columns == Dictionary(uniqueKeysWithValues: zip(roles, names)))
        #expect(input.note != nil)
    }

    @Test func statedColumnsComeBeforeAllOthers() throws {
        let text = "candidate,optimizer,loss,val_loss,params\nx,y,3,2,7\n"
        let plain = try table(text)
        #expect(try plain.text(.candidate, plain.rows[0]) == "x" && plain.number(.loss, plain.rows[0]) == 3)
        #expect(plain.input.note?.contains(#""val_loss" is not used"#) == true)
        let reading = TableReading(columns: [("config", "optimizer"), ("loss", "VAL_LOSS"), ("params", "-")])
        let stated = try table(text, reading)
        #expect(try stated.text(.candidate, stated.rows[0]) == "y" && stated.number(.loss, stated.rows[0]) == 2)
        #expect(!stated.has(.parameters) && stated.input.note == nil)
        #expect(error(text, .init(columns: [("candidte", "x")]))?.hint == #"did you mean "candidate"?"#)
        #expect(error(text, .init(columns: [("loss", "val_los")]))?.hint == #"did you mean "val_loss"?"#)
        #expect(
            error(text, .init(columns: [("loss", "loss"), ("loss", "val_loss")]))?.message.contains("twice") == true)
    }

    @Test func twoColumnsOfOneMeaningAreNamed() throws {
        let loss = error("candidate,val_loss,test_loss\na,1,2\n")
        #expect(loss?.message == #"two columns may be the loss: "val_loss" and "test_loss""#)
        #expect(loss?.hint?.contains("--metric 'val_loss'") == true)
        let candidate = error("optimizer,arch,loss\na,x,2\nb,y,2\n")
        #expect(candidate?.hint?.contains("--columns 'candidate=optimizer+arch'") == true)
        // Columns with equal cells are one, and a column that never varies names no candidates.
        #expect(
            try table("optimizer,arch,loss,n_params,num_params\na,x,2,5,5\nb,x,2,6,6\n").input.columns["candidate"]
                == "optimizer")
        let joined = try table("optimizer,arch,loss\na,x,2\n", .init(columns: [("candidate", "optimizer+arch")]))
        #expect(joined.text(.candidate, joined.rows[0]) == "a x")
    }

    @Test func filtersMayNameAColumnByWhatItIs() throws {
        let text = "subset,optimizer,params,value\nweb,a,1,2\ncode,a,1,3\n"
        #expect(try table(text, keeping: [("metric", "code")]).rows.map(\.line) == [3])
        #expect(try table(text, keeping: [("Subset", "web")]).rows.map(\.line) == [2])
        #expect(try table(text, .init(metric: "code")).rows.map(\.line) == [3])
        #expect(error(text, .init(metric: "cod"))?.hint == #"did you mean "code"?"#)
    }

    // MARK: - Numbers

    @Test(arguments: [
        ("10M", 1e7), ("1.3B", 1.3e9), ("350k", 3.5e5), ("1.4 T", 1.4e12), ("2e9", 2e9), ("7b", 7e9),
        ("10 million", 1e7),
        ("10M params", 1e7), ("1 000 000", 1e6), ("1\u{202F}000", 1000), ("1'000'000", 1e6), ("1_000_000", 1e6),
        (" 5 ", 5), ("+5", 5), ("1.2e18 FLOPs", 1.2e18), ("\"1,000,000\"", 1e6), ("\"1,000.5\"", 1000.5),
    ]) func countsAreReadAsPeopleWriteThem(text: String, value: Double) throws {
        let read = try numbers("candidate,params,loss\na,\(text),3\n", .parameters)[0]
        #expect(abs(read / value - 1) < 1e-12, "\(read)")
    }

    @Test(arguments: ["10X", "M", "ten", "1,00", "1.2.3", "0x", "--5", "5 M M M", "1 00", "12 34"])
    func whatIsNoNumberIsRefused(text: String) {
        #expect(throws: ScalebenchError.self) {
            try numbers("candidate;params;loss\na;\(text);3,1\n", .parameters, .init(decimal: .point))
        }
    }

    @Test func unitsOfHeadersCount() throws {
        #expect(try numbers("candidate,Params (M),loss\na,10,3\n", .parameters) == [1e7])
        #expect(try numbers("candidate,tokens_B,loss\na,10,3\n", .tokens) == [1e10])
        #expect(try numbers("candidate,params_in_millions,loss\na,10,3\n", .parameters) == [1e7])
        // A unit in the cell comes before that of the header.
        #expect(try numbers("candidate,Params (M),loss\na,10M,3\n", .parameters) == [1e7])
    }

    @Test(arguments: [
        // Programs that write ; have decimal commas, whatever the digits.
        ("candidate;params;loss\na;1000;2,917\n", 2.917), ("candidate;params;loss\na;1.000.000;2,9\n", 2.9),
        ("candidate;params;loss\na;1000;2.917\n", 2.917), ("candidate\tparams\tloss\na\t10\t2,91\n", 2.91),
        // Another column of the file tells.
        ("candidate\tparams\tloss\na\t1.000.000\t2,917\n", 2.917),
        ("candidate,params,loss\na,\"1,000,000\",\"1,917\"\n", 1917),
        ("sep=;\ncandidate;params;loss\na;10;2,91\n", 2.91),
    ]) func decimalMarksAreFound(text: String, loss: Double) throws {
        #expect(try numbers(text, .loss) == [loss])
    }

    @Test func decimalMarksThatCannotBeToldAreAsked() throws {
        let text = "candidate,params,loss\na,10,\"2,917\"\n"
        let open = error(text)
        #expect(open?.location == "t:2" && open?.hint == "say which with --decimal comma or --decimal point")
        #expect(try numbers(text, .loss, .init(decimal: .comma)) == [2.917])
        #expect(try numbers(text, .loss, .init(decimal: .point)) == [2917])
        let both = error("candidate;params;loss\na;10;2,91\nb;10;2.93\n")
        #expect(both?.message == #""2.93" and "2,91" have different decimal marks"# && both?.location == "t:3")
        // A count with a point and a suffix does not contradict losses with commas.
        #expect(try numbers("candidate;params;loss\na;1.3B;2,91\n", .parameters) == [1.3e9])
    }

    @Test func percentagesAreShares() throws {
        let text = "candidate,params,accuracy\na,10,45 %\nb,10,46%\n"
        let reading = TableReading(columns: [("loss", "accuracy")], direction: .maximize)
        #expect(try numbers(text, .loss, reading).map { ($0 * 100).rounded() } == [55, 54])
        let whole = try table(text.replacing(" %", with: "").replacing("%", with: ""), reading)
        #expect(try whole.input.loss == "1 - value / 100" && whole.number(.loss, whole.rows[1]) == 0.54)
        #expect(
            error("candidate,params,reward\na,1,-3\n", .init(columns: [("loss", "reward")], direction: .maximize))?
                .message.contains("no share") == true)
        #expect(
            error("candidate,params,acc\na,1,1\n", .init(metric: "acc", direction: .maximize))?.message.contains(
                "leaves no error") == true)
    }

    /// Names that say nothing are judged by the numbers: a loss does not rise with scale in every candidate.
    @Test func aMetricThatRisesWithScaleIsNoLoss() throws {
        func rows(_ sign: Double, _ metric: String) -> String {
            "candidate,params,\(metric)\n"
                + ["a", "b"].flatMap { name in
                    [1e7, 1e8, 1e9].map { "\(name),\($0),\(0.5 + sign * 0.01 * log($0))" }
                }.joined(separator: "\n") + "\n"
        }
        let rising = error(rows(1, "quux"), .init(metric: "quux"))
        #expect(
            rising?.message.contains("because it rises with scale") == true
                && rising?.hint?.contains("--minimize") == true)
        _ = try table(rows(-1, "quux"), .init(metric: "quux"))
        _ = try table(rows(1, "quux"), .init(metric: "quux", direction: .minimize))
        #expect(error(rows(-1, "mmlu"), .init(metric: "mmlu"))?.hint?.contains("--maximize") == true)
        // What is called a loss is one: that it rises is the verdict's business.
        _ = try table(rows(1, "quux_loss"), .init(metric: "quux_loss"))
        _ = try table(rows(1, "loss"))
    }

    // MARK: - Formats

    @Test func recordsOfJSONAreCounted() throws {
        let text = #"[{"candidate":"a","params":1,"loss":2},{"candidate":"b","params":NaN,"loss":"x"}]"#
        let table = try table(text)
        #expect(try !table.isFull(.parameters) && table.number(.loss, table.rows[0]) == 2)
        #expect(error(text)?.location == "t:record 2")
        let lines = "{\"candidate\":\"a\",\"loss\":2}\n\n{\"candidate\":\"b\",\"loss\":-1}\n"
        #expect(error(lines)?.location == "t:3")
        // A later record may bring a column, and leave others out.
        let uneven = try self.table(#"[{"loss":2},{"loss":3,"params":"10M","candidate":true}]"#)
        #expect(uneven.rowsWithout(.parameters).map(\.line) == [1] && uneven.text(.candidate, uneven.rows[1]) == "true")
    }

    @Test(arguments: [
        "[", "{", "[1,2]", "[{\"loss\":1},2]", "{\"loss\":1}}", "[]", "{\"a\":\"\\\"}", "[{\"loss\":1}",
        "[[1,2],[3,4]]",
        "{\"loss\":1]", "{\"columns\":[\"loss\"],\"data\":[[1,2]]}", "{\"loss\":[1,2],\"params\":[1]}", "[{'loss':1]}]",
        "{\"x\":{\"y\":1}}",
    ]) func brokenJSONIsAnError(text: String) {
        #expect(throws: ScalebenchError.self) { try table(text).require([.loss], hint: "") }
    }

    @Test func tablesOfJSONHaveALimit() {
        let many = (0..<3000).map { "{\"a\($0)\":1,\"b\($0)\":1}" }.joined(separator: "\n")
        #expect { try table(many) } throws: { "\($0)".contains("more than 4000000 cells") }
        let long = "{\"loss\":\"" + String(repeating: "x", count: 2 << 20) + "\"}\n"
        #expect { try table(long + long) } throws: { "\($0)".contains("an object of") }
    }

    @Test func rowsOfSpreadsheetsAndRAreRead() throws {
        // Empty rows at the end, names of rows without a name for their column, and carriage returns alone.
        #expect(try table("candidate,loss\na,1\n,\n,\n").rows.count == 1)
        let r = try table("\"candidate\"\t\"loss\"\n\"1\"\t\"a\"\t3\n\"2\"\t\"b\"\t2\n")
        #expect(r.rows.map { r.text(.candidate, $0) } == ["a", "b"])
        #expect(try table("candidate,loss\ra,1\rb,2\r").rows.count == 2)
        // A tab at the end of every row is an error and moves no column.
        #expect(throws: ScalebenchError.self) { try table("candidate\tloss\na\t3\t\nb\t2\t\n") }
    }

    @Test func utf16IsReadWithAndWithoutItsMark() throws {
        let text = "candidate,loss\nä,1\n"
        for encoding in [String.Encoding.utf16, .utf16LittleEndian] {
            let data = try #require(text.data(using: encoding))
            let table = try LossTable(try TableText(data, file: "t"), file: "t")
            #expect(table.text(.candidate, table.rows[0]) == "ä")
        }
    }

    @Test func unfinishedRunsAreNoResults() throws {
        let text = "candidate,State,loss\na,finished,1\na,crashed,0\nb,RUNNING,2\n"
        let table = try table(text)
        #expect(table.rows.map(\.line) == [2])
        #expect(table.findings.last?.message == "2 rows are left out: State says RUNNING (1), crashed (1)")
        #expect(try self.table(text, keeping: [("State", "crashed")]).rows.map(\.line) == [3])
        #expect(error("candidate,status,loss\na,failed,1\n")?.hint?.contains("--columns state=-") == true)
    }
}

/// Errors that say what to type.
struct TableHintTests {
    private func hint(_ text: String) -> String {
        let error = #expect(throws: ScalebenchError.self) {
            try RunTable(try TableText(Data(text.utf8), file: "t.csv"), file: "t.csv", query: .init())
        }
        return error?.hint ?? ""
    }

    @Test(arguments: [
        // A column per candidate, as pivoted.
        (
            "N,seed,base,new\n1,0,3,2\n",
            "melt(['N', 'seed'], var_name='candidate', value_name='loss').to_csv('t-table.csv'"
        ),
        ("N,method,web_loss,code_loss\n1,a,3,2\n", "--metric 'web_loss'"),
        ("N,method,acc\n1,a,0.3\n", "--metric 'acc' --maximize"), ("N,method,q\n1,a,0.3\n", "--columns 'loss=q'"),
        ("method,size,loss\na,10M,3\nb,10M,3\n", "--columns 'params=size'"),
        ("N,model,loss\n1,x,3\n1,y,3\n2,x,3\n2,y,3\n", "--columns 'candidate=model'"),
        ("N,run,loss\n1,x-1,3\n2,x-2,3\n", "t['run'].str.split('-').str[0]"),
        ("N,method,step,loss\n1,a,1,4\n1,a,2,3\n1,b,1,4\n1,b,2,3\n1,b,2,3\n", "keep the last row of every run"),
        ("method,params,loss\na,1,3\nb,,3\n", "params is empty at t.csv:3"),
    ]) func missingColumns(text: String, expected: String) { #expect(hint(text).contains(expected), "\(hint(text))") }

    @Test func remarksBeforeTheNamesAreSkipped() throws {
        for text in ["# by me\n# 2026\nmethod,N,loss\na,1,x\n", "# method,N,loss\na,1,3\n\na,1,x\n"] {
            let table = try LossTable(try TableText(Data(text.utf8), file: "t"), file: "t")
            #expect(table.has(.candidate) && table.has(.parameters))
            #expect(table.rows.last.map(table.place) == "t:4")
        }
    }
}
