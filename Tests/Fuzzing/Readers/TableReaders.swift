// Tables of results that were trained elsewhere.

import Backtesting
import Benchmarking
import Comparison
import Foundation
import LawFitting
import ScalebenchCore
import TokenData

extension Readers {
    private static let exports = "Tests/CommandTests/Exports"
    private static let target = RunTable.Target.scale(1e12)

    static let tables: [Reader] = [
        // Up to the ladder, in every metric of the table.
        Reader("table", file: "t.csv", [exports]) { file in
            let text = try TableText(try ByteSource.readAll(file), file: file)
            let reading = TableReading()
            for metric in try RunTable.metrics(of: text, file: file, reading).prefix(3) {
                var query = RunTable.Query()
                query.reading = reading.forOne(of: metric)
                _ = try RunTable(text, file: file, query: query).ladder(target: target)
            }
            _ = try RunTable(text, file: file, query: RunTable.Query()).ladder(target: target)
        },
        Reader("verdict", file: "t.csv", ["\(exports)/ideal.csv", "\(exports)/records.json"]) { file in
            _ = try RunTableRequest(file: file, target: target).run()
        },
        Reader("law-table", file: "t.csv", [exports]) { file in
            let text = try TableText(try ByteSource.readAll(file), file: file)
            _ = try LawTable(text, file: file, axes: nil, filters: [], reading: TableReading())
        },
        Reader("backtest", file: "ladders.csv", ["\(exports)/ideal.csv"]) { _ = try BacktestInput([$0]) },
        Reader("delimited", file: "t.csv", [exports]) { file in
            let data = try ByteSource.readAll(file)
            for delimiter in [UInt8(ascii: ","), UInt8(ascii: "\t")] {
                _ = try DelimitedText(data, file: file, delimiter: delimiter)
            }
        },
    ]
}
