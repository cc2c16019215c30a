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
}
