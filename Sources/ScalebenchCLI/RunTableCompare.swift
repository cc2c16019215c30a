// `scalebench compare --runs`: a verdict on results that were trained elsewhere.

import Comparison
import Foundation
import ScalebenchCore
import TokenData

struct RunTableCompare {
    let file: String
    let options: TableOptions
    let candidates: [String]

    func run() throws -> CompareResult {
        let query = RunTable.Query(
            axis: options.targetParameters == nil ? options.axis : .flops,
            filters: options.filters.map(TableOptions.filter), candidates: candidates,
            reference: options.reference)
        let text = try DelimitedText(try ByteSource.readAll(file), file: file)
        let table = try RunTable(text, file: file, query: query)
        return try Judge(thresholds: VerdictThresholds()).result(
            try table.ladder(target: options.target!), findings: table.findings)
    }
}
