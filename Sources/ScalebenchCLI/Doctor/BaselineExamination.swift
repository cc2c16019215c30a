// The baselines that are found: how many there are, and whether each is what was recorded.

import Foundation
import Reporting
import RunStore
import ScalebenchCore

enum BaselineExamination {
    private static let section = "suites and data"

    static var checks: [HealthCheck] {
        let (store, errors) = BaselineStore.survey()
        let damaged =
            errors
            + store.entries.compactMap { entry in
                do {
                    _ = try entry.runs()
                    return nil
                } catch {
                    return error as? ScalebenchError
                }
            }
        return [count(store.entries, found: store.entries.count + errors.count, damaged: damaged.count)]
            + damaged.map { error in
                HealthCheck(
                    section, "baseline", [error.location, error.message].compactMap { $0 }.joined(separator: ": "),
                    status: .warning, advice: error.hint)
            }
    }

    private static func count(_ entries: [BaselineStore.Entry], found: Int, damaged: Int) -> HealthCheck {
        guard found > 0 else {
            return HealthCheck(
                section, "baselines", "none", status: .missing,
                advice: "without them every run is trained: SCALEBENCH_BASELINES names the folder that holds them")
        }
        let suites = Set(entries.map(\.baseline.record.suite.name)).count
        let runs = entries.reduce(0) { $0 + $1.baseline.runs.count }
        let state = damaged == 0 ? "all readable" : "\(damaged) not readable"
        return HealthCheck(
            section, "baselines",
            "\(found) of \(Quantity.count(suites, "suite")) with \(Quantity.count(runs, "run")), \(state)",
            status: damaged == 0 ? .ok : .warning)
    }
}
