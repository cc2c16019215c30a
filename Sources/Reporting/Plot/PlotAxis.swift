// One axis of a plot: where a value lies between the ends, and which values get a label.

import Foundation
import ScalebenchCore

/// A linear or logarithmic axis over a closed range of values.
struct PlotAxis: Sendable {
    enum Kind: Sendable { case linear, logarithmic }

    /// A value with its label.
    struct Tick: Sendable, Equatable {
        var value: Double
        var label: String
    }

    let title: String
    let kind: Kind
    let range: ClosedRange<Double>
    private let label: @Sendable (Double) -> String
    /// What lies beyond it is no value of a picture, and its ticks could not be counted.
    private static let largest = 1e60

    /// Covers `values` with some space at both ends. Logarithmic axes ignore values that are not positive.
    /// - Parameter padding: the fraction of the length that is added at each end.
    init(
        _ title: String, _ kind: Kind, covering values: [Double], padding: Double = 0.05,
        label: (@Sendable (Double) -> String)? = nil
    ) {
        self.title = title
        self.kind = kind
        self.label = label ?? { Self.plain($0) }
        let usable = values.filter { abs($0) <= Self.largest && (kind == .linear || $0 >= 1 / Self.largest) }
            .map { Self.transform($0, kind) }
        let low = usable.min() ?? 0, high = usable.max() ?? 1
        // One value alone still needs an axis around it.
        let room = high > low ? (high - low) * padding : (kind == .linear ? max(abs(low) * 0.1, 1e-6) : 0.1)
        range = Self.invert(low - room, kind)...Self.invert(high + room, kind)
    }

    /// The place of a value: 0 at the lower end, 1 at the upper one, and beyond them for values outside.
    func place(_ value: Double) -> Double {
        let low = Self.transform(range.lowerBound, kind), high = Self.transform(range.upperBound, kind)
        let smallest = kind == .logarithmic ? range.lowerBound * 1e-6 : value
        return (Self.transform(max(value, smallest), kind) - low) / (high - low)
    }

    /// About `count` round values inside the range.
    func ticks(_ count: Int) -> [Tick] {
        let values = kind == .linear ? linearTicks(count) : logarithmicTicks(count)
        return values.map { Tick(value: $0, label: label($0)) }
    }

    private func linearTicks(_ count: Int) -> [Double] {
        let step = Self.roundStep((range.upperBound - range.lowerBound) / Double(max(count, 1)))
        let first = Int((range.lowerBound / step).rounded(.up)), last = Int((range.upperBound / step).rounded(.down))
        guard first <= last else { return [] }
        return (first...last).map { Double($0) * step }
    }

    /// Powers of ten where there are enough of them, then 1-3, then 1-2-5, then round steps.
    private func logarithmicTicks(_ count: Int) -> [Double] {
        let low = Int(log10(range.lowerBound).rounded(.down)), high = Int(log10(range.upperBound).rounded(.up))
        let stride = max(1, (high - low) / max(count, 1))
        for mantissas in [[1.0], [1, 3], [1, 2, 5]] {
            let values = (low...high).filter { ($0 - low) % stride == 0 || mantissas.count > 1 }.flatMap { decade in
                mantissas.map { $0 * pow(10, Double(decade)) }
            }.filter(range.contains)
            if values.count >= 3 { return values }
        }
        return linearTicks(count)
    }

    /// The smallest of 1, 2, 5 · 10ⁿ that is not below `step`.
    private static func roundStep(_ step: Double) -> Double {
        let unit = pow(10, log10(step).rounded(.down))
        return [1, 2, 5].map { $0 * unit }.first { $0 >= step * 0.999 } ?? 10 * unit
    }

    private static func transform(_ value: Double, _ kind: Kind) -> Double {
        kind == .linear ? value : log10(value)
    }

    private static func invert(_ place: Double, _ kind: Kind) -> Double { kind == .linear ? place : pow(10, place) }

    // MARK: - Labels

    /// The value to six digits, which hides the noise of binary fractions.
    static func plain(_ value: Double) -> String {
        guard abs(value) >= 1e-12 else { return "0" }
        let text = String(format: "%.6g", value)
        return text.contains("e") ? Quantity.scientific(value, digits: 6) : text.replacing("-", with: "−")
    }

    /// A value as a power of ten: `10⁹`, `2·10⁹`.
    static func power(_ value: Double) -> String {
        let exponent = Int(log10(value * 1.0000001).rounded(.down))
        let mantissa = value / pow(10, Double(exponent)), power = "10" + Quantity.superscript(exponent)
        return abs(mantissa - 1) < 0.001 ? power : "\(plain(mantissa))·\(power)"
    }
}
