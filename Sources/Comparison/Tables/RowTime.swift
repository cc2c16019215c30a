// What the columns tokensPerSecond, seconds and devices of a table say of a run's device time.

import ScalebenchCore

/// Reads the time of the rows of one table.
struct RowTime {
    private let table: LossTable
    /// Whether tokens turn tokens per second into the time of a whole run.
    private let hasTokens: Bool

    /// - Throws: `invalidInput` where some rows give seconds and others tokens per second, and no tokens relate them.
    init(_ table: LossTable) throws {
        self.table = table
        hasTokens = table.isFull(.tokens)
        let withRate = table.rows.count - table.rowsWithout(.tokensPerSecond).count
        let withSeconds = table.rows.count - table.rowsWithout(.seconds).count
        guard hasTokens || withRate == 0 || withSeconds == 0 else {
            throw ScalebenchError(
                .invalidInput, "some rows give seconds and others tokensPerSecond", at: table.file,
                hint: "give the tokens of every run, or one of the two columns alone")
        }
    }

    /// The time of a row; nil where it gives none.
    /// - Throws: `invalidInput` for a number outside its range, and a row that gives the time twice.
    func time(_ row: LossTable.Row) throws -> RunTime? {
        let rate = try table.numberIfGiven(.tokensPerSecond, row), seconds = try table.numberIfGiven(.seconds, row)
        let devices = try table.numberIfGiven(.devices, row) ?? 1
        guard let count = Int(exactly: devices) else {
            throw ScalebenchError(
                .invalidInput, "devices \(Quantity.significant(devices)) is not a whole number",
                at: table.place(row), hint: "give the number of devices that trained the run at once")
        }
        guard rate == nil || seconds == nil else {
            throw ScalebenchError(
                .invalidInput, "both tokensPerSecond and seconds are given", at: table.place(row),
                hint: "give one of them; seconds are those of training, without evaluations")
        }
        let tokens = hasTokens ? try table.number(.tokens, row) : 1
        return (seconds ?? rate.map { tokens / $0 }).map { RunTime(deviceSeconds: $0 * devices, devices: count) }
    }
}
