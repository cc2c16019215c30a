import Foundation
import ScalebenchCore
import Testing

@Suite struct DelimitedTextTests {
    private func parse(_ text: String) throws -> DelimitedText { try DelimitedText(Data(text.utf8), file: "t.csv") }

    @Test func readsQuotesAndLineEndings() throws {
        let table = try parse("\u{FEFF}a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n\r\n,\n3,4")
        #expect(table.header == ["a", "b"])
        #expect(table.rows.map(\.cells) == [["x, \"y\"\nz", "2"], ["", ""], ["3", "4"]])
        #expect(table.rows.map(\.line) == [2, 5, 6])
    }

    @Test(arguments: [("", "t.csv"), ("a,b\n1,2\n3\n", "t.csv:3"), ("a,b\n1,\"2\n", "t.csv:2")])
    func badTablesAreLocated(text: String, location: String) {
        #expect { try parse(text) } throws: { ($0 as? ScalebenchError)?.location == location }
    }

    @Test(arguments: [(",", 30_000), ("a\n", 4_100_000), ("a,b,c,d\n", 1_100_000)])
    func tablesHaveALimit(part: String, count: Int) {
        #expect { try parse(String(repeating: part, count: count)) } throws: { "\($0)".contains("more than") }
    }

    @Test func noCellBeginsAFormula() throws {
        let line = DelimitedText.line(["=1+1", "+a", "-b", "@c", "-1.5", "+2", "x=1", ""])
        #expect(line == "'=1+1,'+a,'-b,'@c,-1.5,+2,x=1,\n")
        #expect(try parse(line).header == ["=1+1", "+a", "-b", "@c", "-1.5", "+2", "x=1", ""])
    }
}
