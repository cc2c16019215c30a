// The losses above the entropy of the data, from a plan's runs. Loss − (−ln p) is taken on the same sequences, which
// removes most of the sampling error of both.

package import ScalebenchCore
import ScalingLaws

extension ApproximationGap {
    /// The losses of a plan's finished runs above the entropy. It is nil where no run has the losses of exactly these
    /// sequences.
    /// - Parameters:
    ///   - entropies: the mean −ln p in nats per token of each validation sequence that the suite evaluates on, in
    ///     order.
    ///   - includesTarget: false leaves out what was trained at the target.
    package init?(
        _ plan: ComparisonPlan, _ records: [RunID: RunRecord], entropies: [Double], includesTarget: Bool = true
    ) {
        guard entropies.count > 1, entropies.count == plan.suite.evaluation.sequences else { return nil }
        let places = plan.places.filter { includesTarget || $0 != .target }
        rungs = places.map { place in
            let here = plan.runs.filter { $0.place == place }
            let scale = plan.candidates.indices.map { index in
                here.first { $0.candidates.contains(index) }?.spec.flops ?? 0
            }.mean
            let losses = plan.candidates.enumerated().map { index, candidate in
                let own = here.filter { $0.candidates.contains(index) }
                return Losses(
                    candidate.name, own.compactMap { run in records[run.id].flatMap { FinishedRun($0, run.spec) } },
                    entropies: entropies)
            }
            return Rung(label: plan.label(of: place), scale: scale, isTarget: place == .target, candidates: losses)
        }.filter { rung in rung.candidates.contains { $0.validationLoss != nil } }
        guard rungs.contains(where: { $0.candidates.contains { $0.excess != nil } }) else { return nil }
        entropyNatsPerToken = entropies.mean
        let entropy = entropies.mean, measured = rungs
        laws = plan.candidates.enumerated().map { index, candidate in
            let points = measured.compactMap { rung in rung.candidates[index].validationLoss.map { (rung.scale, $0) } }
            return Law(candidate.name, scales: points.map(\.0), losses: points.map(\.1), entropy: entropy)
        }
    }
}

extension ApproximationGap.Losses {
    fileprivate init(_ candidate: String, _ runs: [FinishedRun], entropies: [Double]) {
        self.candidate = candidate
        validationLoss = runs.isEmpty ? nil : runs.map(\.validation).mean
        let sequences = runs.compactMap(\.sequences).filter { $0.count == entropies.count }
        // 1. The mean over runs of each sequence, minus the entropy of the same sequence.
        let means = entropies.indices.map { index in sequences.map { $0[index] }.mean }
        let isComplete = !runs.isEmpty && sequences.count == runs.count
        if isComplete {
            let above = zip(means, entropies).map { $0 - $1 }
            excess = Estimate(normalMean: above.mean, deviation: (above.variance / Double(above.count)).squareRoot())
        }
        let train = runs.compactMap(\.train)
        trainLoss = train.isEmpty ? nil : train.mean
        if isComplete { trainMinusValidation = FinishedRun.trainMinusValidation(runs) }
    }
}

extension ApproximationGap.Law {
    fileprivate init(_ candidate: String, scales: [Double], losses: [Double], entropy: Double) {
        self.candidate = candidate
        if let line = PowerLaw.line(scales: scales, reducible: losses.map { $0 - entropy }) {
            exponent = line.exponent
            rSquared = line.rSquared
        }
        if scales.count >= 4 {
            fittedFloor = PowerLaw.fit(scales: scales, losses: losses)?.floor
            fittedFloorInterval90 = PowerLaw.floorInterval90(scales: scales, losses: losses)
        }
    }
}
