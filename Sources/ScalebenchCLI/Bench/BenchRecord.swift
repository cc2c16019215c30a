// Figures of an earlier `bench --json`, with which those of today are compared.

import Foundation
import ScalebenchCore

/// The rows of one file of `bench --json`.
struct BenchRecord {
    let file: String
    private let rows: [BenchRow]

    /// - Throws: when the file cannot be read, or a line of it is no row.
    init(_ file: String) throws {
        self.file = file
        let text = String(decoding: try InputFile.read(file), as: UTF8.self)
        rows = try text.split(separator: "\n").enumerated().map { index, line in
            do {
                return try JSONDecoder().decode(BenchRow.self, from: Data(line.utf8))
            } catch {
                throw ScalebenchError(
                    .invalidInput, "this line is no measurement", at: "\(file):\(index + 1)",
                    hint: "`scalebench bench --json > \(file)` writes such a file")
            }
        }
    }

    /// Today's share of the processor's peak over the recorded one, for the last row of the same shape; nil without such
    /// a row. A ratio of shares means the same on another machine of the kind, and beside other load of its memory.
    func ratio(of row: BenchRow) -> Double? {
        guard let before = rows.last(where: { $0.shape == row.shape })?.peakShare, let now = row.peakShare, before > 0
        else { return nil }
        return now / before
    }
}

extension BenchRow {
    /// What two rows must share to be compared.
    fileprivate var shape: [String] {
        [width, layers, heads, vocabulary, context, batch, workers].map(String.init) + [precision.rawValue]
    }
}
