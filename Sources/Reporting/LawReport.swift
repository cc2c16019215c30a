// A fitted law as a terminal shows it.

import Comparison
package import LawFitting
import ScalebenchCore
import ScalingLaws

package enum LawReport {
    /// The law, its optima, forecasts and findings; ends with a newline.
    package static func render(_ result: LawResult) -> String {
        var parts = ["\(formula(result))\n\(quality(result))", parameters(result).text]
        if !result.optima.isEmpty { parts.append(optima(result)) }
        if !result.predictions.isEmpty { parts.append(predictions(result)) }
        if !result.findings.isEmpty {
            parts.append(
                result.findings.flatMap { finding in
                    [
                        "\(finding.severity == .warning ? "!" : "·") \(SafeText.line(finding.message, limit: 400))",
                        "  → \(SafeText.line(finding.advice, limit: 400))",
                    ]
                }.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    static func formula(_ result: LawResult) -> String {
        let letters = result.terms.map {
            "\(symbol($0.scale).coefficient)/\(symbol($0.scale).scale)^\(symbol($0.scale).exponent)"
        }
        return "loss = E + \(letters.joined(separator: " + "))"
    }

    static func quality(_ result: LawResult) -> String {
        """
        \(result.observations) runs; median residual \(Quantity.significant(100 * result.medianResidual, digits: 2)) %; \
        Huber on ln loss, δ = \(Quantity.significant(result.huberDelta)), objective \
        \(Quantity.significant(result.objective, digits: 5)); \(result.hasConverged ? "converged" : "NOT converged")
        """
    }

    static func parameters(_ result: LawResult) -> TextTable {
        var table = TextTable(header: ["", "value [90 %, \(result.replicates) resamples]"])
        table.add(["E, the floor", figure(result.floor)])
        for term in result.terms {
            let symbol = symbol(term.scale)
            table.add(["\(symbol.coefficient)", figure(term.coefficient)])
            table.add(["\(symbol.exponent), of \(term.scale.rawValue)", figure(term.exponent)])
        }
        return table
    }

    private static func optima(_ result: LawResult) -> String {
        var table = TextTable(header: ["budget in FLOPs", "parameters", "tokens", "loss"])
        for optimum in result.optima {
            table.add([
                Quantity.short(optimum.flops), figure(optimum.parameters), figure(optimum.tokens), figure(optimum.loss),
            ])
        }
        return table.text
    }

    private static func predictions(_ result: LawResult) -> String {
        var table = TextTable(header: [result.terms[0].scale.rawValue, "loss"])
        for prediction in result.predictions { table.add([Quantity.short(prediction.scale), figure(prediction.loss)]) }
        return table.text
    }

    private static func symbol(_ axis: ScaleAxis) -> (coefficient: String, exponent: String, scale: String) {
        switch axis {
        case .parameters: ("A", "α", "N")
        case .tokens: ("B", "β", "D")
        case .flops: ("C", "γ", "FLOPs")
        }
    }

    static func figure(_ figure: LawResult.Figure) -> String {
        func number(_ value: Double) -> String {
            abs(value) >= 1e4 || (abs(value) < 1e-3 && value != 0)
                ? Quantity.short(value) : Quantity.significant(value, digits: 4)
        }
        guard let interval = figure.interval90 else { return number(figure.value) }
        return "\(number(figure.value)) [\(number(interval.lower)), \(number(interval.upper))]"
    }
}
