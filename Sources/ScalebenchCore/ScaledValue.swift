// How a hyper-parameter changes with scale: the thing that most scaling questions are about.

import Foundation

/// A value at a reference scale and the rule that carries it to other scales. In JSON a bare number is the constant
/// rule; otherwise `{ "value": 0.016, "rule": "widthPower", "exponent": -1, "referenceWidth": 32 }`.
package struct ScaledValue: Sendable, Hashable {
    package var value: Double
    package var rule: Rule

    package enum Rule: Sendable, Hashable {
        case constant
        /// value · (width / reference)^exponent
        case widthPower(exponent: Double, reference: Double)
        /// value · (layers / reference)^exponent
        case depthPower(exponent: Double, reference: Double)
        /// value · (training tokens / reference)^exponent
        case tokensPower(exponent: Double, reference: Double)

        /// The names used in JSON.
        package enum Name: String, CaseIterable { case constant, widthPower, depthPower, tokensPower }
    }

    package init(_ value: Double, rule: Rule = .constant) {
        self.value = value
        self.rule = rule
    }

    /// The value at a scale: `width` is in channels, `tokens` is the length of the training run.
    package func resolved(width: Int, layers: Int, tokens: Int) -> Double {
        switch rule {
        case .constant: value
        case .widthPower(let exponent, let reference): value * pow(Double(width) / reference, exponent)
        case .depthPower(let exponent, let reference): value * pow(Double(layers) / reference, exponent)
        case .tokensPower(let exponent, let reference): value * pow(Double(tokens) / reference, exponent)
        }
    }
}

extension ConfigReader {
    /// The same as `scaledValue`, but nil where the key is absent.
    package func scaledValue(ifPresent key: String, in range: ClosedRange<Double>) throws -> ScaledValue? {
        value(key) == nil ? nil : try scaledValue(key, in: range)
    }

    /// A number or a scaled value at `key`; its `value` must lie in `range`.
    package func scaledValue(
        _ key: String, in range: ClosedRange<Double>, default fallback: ScaledValue? = nil
    ) throws -> ScaledValue {
        switch value(key) {
        case nil where fallback != nil: return fallback!
        case .object: break
        default: return ScaledValue(try number(key, in: range))
        }
        let reader = try object(key)
        let base = try reader.number("value", in: range)
        let name: ScaledValue.Rule.Name = try reader.choice("rule", default: .constant)
        let rule: ScaledValue.Rule
        switch name {
        case .constant: rule = .constant
        case .widthPower:
            rule = .widthPower(
                exponent: try reader.number("exponent", in: -4...4),
                reference: try reader.number("referenceWidth", in: 1...1e6))
        case .depthPower:
            rule = .depthPower(
                exponent: try reader.number("exponent", in: -4...4),
                reference: try reader.number("referenceLayers", in: 1...1e4))
        case .tokensPower:
            rule = .tokensPower(
                exponent: try reader.number("exponent", in: -4...4),
                reference: try reader.number("referenceTokens", in: 1...1e18))
        }
        try reader.finish()
        return ScaledValue(base, rule: rule)
    }
}
