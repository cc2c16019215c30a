// What `scalebench baselines check` prints of one baseline.

import Benchmarking
import Comparison
import ScalebenchCore

enum BaselineText {
    /// One line with the outcome, and one for each library or version that is not the same here.
    static func render(_ result: BaselineCheckResult) -> String {
        let name = "\(SafeText.line(result.suite, limit: 40)), \(SafeText.line(result.candidate, limit: 40))"
        let lines = ["\(name): \(words(result.state))"]
        let differences = result.differences.map {
            "  \(SafeText.line($0.name)): recorded with \(SafeText.line($0.recorded, limit: 80)), "
                + "here \(SafeText.line($0.here, limit: 80))"
        }
        return (lines + differences).joined(separator: "\n")
    }

    private static func words(_ state: BaselineCheckResult.State) -> String {
        switch state {
        case .checked(let agreement): words(agreement)
        case .outdated(let reason): "outdated, \(reason); `scalebench baselines update` replaces it"
        case .notChecked(let reason): "not checked, \(reason)"
        }
    }

    private static func words(_ agreement: BaselineAgreement) -> String {
        let runs = Quantity.count(agreement.runs, "run")
        let distance: String
        if let mean = agreement.meanDifference, let largest = agreement.largestDifference, let noise = agreement.noise {
            distance =
                "new − recorded is \(number(mean)) nats/token on average and at most \(number(largest)); seed noise "
                + "\(number(noise))"
        } else {
            distance = "no run has a loss on both sides"
        }
        switch agreement.outcome {
        case .identical: return "identical to the last digit (\(runs))"
        case .withinNoise: return "within noise (\(runs)): \(distance)"
        case .different: return "different (\(runs)): \(distance)"
        }
    }

    private static func number(_ value: Double) -> String { Quantity.significant(value, digits: 2) }
}
