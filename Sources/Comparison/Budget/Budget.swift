// What further runs may cost.

import Foundation

/// A limit in one of two units.
public enum Budget: Sendable, Equatable {
    /// Of wall time, as long as the runs keep every worker busy.
    case seconds(Double)
    /// Of training.
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

    public var amount: Double {
        switch self {
        case .seconds(let amount), .flops(let amount): amount
        }
    }
}
