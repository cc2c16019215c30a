// The one reader of tables of losses.

import Comparison
import Foundation
import ScalebenchCore
import Testing

struct LossTableTests {
    private func table(_ text: String, keeping filters: [TableFilter] = []) throws -> LossTable {
        try LossTable(try DelimitedText(Data(text.utf8), file: "t.csv"), file: "t.csv", keeping: filters)
    }

    @Test func columnsHaveTheirNames() throws {
        let table = try table("config,params,lr,loss\nx,1e6,0.1,3.5\ny,,0.2,nan\n")
        #expect(table.has(.candidate) && table.has(.parameters) && table.has(.learningRate) && !table.has(.tokens))
        #expect(table.rows.map { table.text(.candidate, $0) } == ["x", "y"])
        #expect(!table.isFull(.parameters) && table.isFull(.candidate) && !table.isFull(.tokens))
        #expect(table.rowsWithout(.parameters).map(\.line) == [3])
        #expect(table.rows.map { table.numberIfPositive(.loss, $0) } == [3.5, nil])
        #expect(try table.number(.loss, table.rows[0]) == 3.5)
    }

    @Test func badCellsNameTheirLine() throws {
        let table = try table("candidate,scale,loss\nx,1e6,3.5\ny,-1,inf\n")
        for column in [LossColumn.scale, .loss] {
            let error = #expect(throws: ScalebenchError.self) { try table.number(column, table.rows[1]) }
            #expect(error?.location == "t.csv:3")
        }
        let missing = #expect(throws: ScalebenchError.self) { try table.require([.loss, .step], hint: "add it") }
        #expect(missing?.message == "no column step" && missing?.location == "t.csv:1")
    }

    @Test func rowsAreKeptByTheirValues() throws {
        let text = "metric,candidate,scale,loss\nm,x,1,3\nn,x,1,4\n"
        #expect(try table(text, keeping: [("metric", "n")]).rows.map(\.line) == [3])
        #expect(throws: ScalebenchError.self) { try table(text, keeping: [("metric", "o")]) }
        #expect(throws: ScalebenchError.self) { try table(text, keeping: [("kind", "o")]) }
        #expect(throws: ScalebenchError.self) { try table(text).requireOneLadder() }
        try table(text, keeping: [("metric", "m")]).requireOneLadder()
    }
}
