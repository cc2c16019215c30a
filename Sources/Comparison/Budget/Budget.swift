// The limit on what further runs may cost.

import Foundation

/// A limit on the cost of further runs, in one of two units.
public enum Budget: Sendable, Equatable {
    /// Seconds of wall time, on the assumption that the runs keep every worker busy.
    case seconds(Double)
    /// Training FLOPs.
    case flops(Double)

    /// Reads `90s`, `45m`, `2h`, `1d`, or a number of FLOPs such as `3e15`; nil for anything else.
    public init?(_ text: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Double(unit == nil ? text : String(text.dropLast())), number > 0, number.isFinite else {
            return nil
        }
        self = unit.map { .seconds($0 * number) } ?? .flops(number)
    }

    /// The limit in its own unit: seconds or FLOPs.
    public var amount: Double {
        switch self {
        case .seconds(let amount), .flops(let amount): amount
        }
    }
}
