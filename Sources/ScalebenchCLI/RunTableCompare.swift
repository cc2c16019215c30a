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
            axis: options.axis, filters: try options.filters.map(Self.filter), candidates: candidates,
            reference: options.reference)
        let text = try DelimitedText(try ByteSource.readAll(file), file: file)
        let table = try RunTable(text, file: file, query: query)
        return try Judge(thresholds: VerdictThresholds()).result(try table.ladder(targetScale: options.targetScale!))
    }

    private static func filter(_ text: String) throws -> (column: String, value: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
    }
}
