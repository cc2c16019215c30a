// What a reader must know of runs that a baseline has, so that they were not trained here.

package import ScalebenchCore

extension Checks {
    /// One finding that names the candidates whose runs are from baselines and where these were made.
    /// - Parameters:
    ///   - recorded: the runs that are from baselines.
    ///   - here: what this machine would say of itself.
    package static func fromBaselines(
        _ plan: ComparisonPlan, _ records: [RunID: RunRecord], recorded: Set<RunID>, here: [String: String]
    ) -> [Finding] {
        let runs = plan.runs.filter { recorded.contains($0.id) }
        guard !runs.isEmpty else { return [] }
        let facts = runs.compactMap { records[$0.id]?.start?.facts }
        let counts = plan.entrantNames.compactMap { name -> (String, Int)? in
            let count = runs.count { $0.candidates.contains { plan.place(of: $0, in: [name]) != nil } }
            return count > 0 ? (name, count) : nil
        }
        let names = counts.prefix(5).map { "\(Quantity.count($1, "run")) of \($0)" }
        let more = counts.count > 5 ? ["\(counts.count - 5) more candidates"] : []
        let differences = MachineFacts.differences(facts, here: here)
        return [
            Finding(
                "fromBaseline", .note,
                "not trained here but taken from a baseline: \((names + more).joined(separator: ", ")); "
                    + "made \(origin(facts, differences, here: here))",
                advice: differences.isEmpty
                    ? "you need not act; --no-baselines trains them here"
                    : "losses made here may differ in their last digits: `scalebench baselines check \(plan.suite.name)` "
                        + "compares them, --no-baselines trains everything here")
        ]
    }

    /// Where runs were made: "on host n7 with blas OpenBLAS 0.3.21 core Zen (here OpenBLAS 0.3.29 core Haswell)".
    private static func origin(
        _ facts: [[String: String]], _ differences: [MachineFacts.Difference], here: [String: String]
    ) -> String {
        let hosts = Set(facts.compactMap { $0["host"] })
        guard !differences.isEmpty else {
            let isThis = hosts == Set([here["host"]].compactMap { $0 })
            return isThis ? "on this machine" : "on \(words(hosts)) with the libraries and versions of this machine"
        }
        let values = differences.map { "\($0.name) \($0.recorded) (here \($0.here))" }
        return "on \(words(hosts)) with \(values.joined(separator: ", "))"
    }

    private static func words(_ hosts: Set<String>) -> String {
        guard !hosts.isEmpty else { return "an unknown host" }
        return "\(hosts.count > 1 ? "hosts" : "host") \(hosts.sorted().prefix(3).joined(separator: ", "))"
    }
}
