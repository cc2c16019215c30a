// Makes the diagnostics of every candidate from its ladder and the records of its runs.

package import ScalebenchCore
import ScalingLaws

extension CandidateDiagnostics {
    /// What the diagnostics need beyond the ladder.
    package struct Evidence {
        var runs: [RunID: (record: RunRecord, spec: RunSpec)]
        /// The irreducible loss on the validation sequences of the curves; 0 where it is not known.
        var floor: Double
        /// The share of a run's training sequences that it had read before; nil where no data is read.
        var repeatedShare: (RunSpec) -> Double?

        package init(
            _ plan: ComparisonPlan, _ records: [RunID: RunRecord], floor: Double,
            repeatedShare: @escaping (RunSpec) -> Double?
        ) {
            let known = plan.runs.compactMap { run in records[run.id].map { (run.id, ($0, run.spec)) } }
            runs = Dictionary(known) { first, _ in first }
            self.floor = floor
            self.repeatedShare = repeatedShare
        }
    }

    /// The diagnostics of a ladder's candidates and families, in its order; those without curves are left out. It is nil
    /// where none has curves.
    package static func all(_ ladder: Ladder, _ evidence: Evidence) -> [CandidateDiagnostics]? {
        let best = ladder.ofBestMembers, noise = LadderNoise(best.ladder)
        let all = best.ladder.candidates.indices.compactMap { index in
            CandidateDiagnostics(best.ladder, index, members: best.members.map { $0[index] }, noise, evidence)
        }
        return all.isEmpty ? nil : all
    }

    private init?(
        _ ladder: Ladder, _ index: Int, members: [String?], _ noise: LadderNoise, _ evidence: Evidence
    ) {
        let known = zip(ladder.rungs + [ladder.target], members).filter { !$0.0.points[index].isEmpty }
        let places = known.map(\.0)
        let collapse = CurveCollapse(
            places.map { $0.points[index].filter(\.hasWholeCurve).compactMap { $0.curve?.curve } },
            floor: evidence.floor)
        guard collapse.rungs.contains(where: { $0 != nil }) else { return nil }
        candidate = ladder.candidates[index]
        fractions = CurveCollapse.fractions
        rungs = places.enumerated().map { place, rung in
            var result = RungDiagnostics(
                label: rung.label, scale: rung.scale, isTarget: rung.scale == ladder.target.scale,
                member: known[place].1, runs: rung.points[index].count, spikes: 0, scales: .unknown, reasons: [])
            result.add(rung.points[index].compactMap(\.runID), evidence)
            result.add(
                collapse.rungs[place], diverged: rung.points[index].contains(where: \.diverged),
                risesWithScale: Self.rises(places[...place], index, noise))
            return result
        }
        findings = Checks.scalesBadly(candidate, rungs)
    }

    /// Whether the last rung's mean loss is above that of a rung below it by more than three standard errors, so that it is
    /// not chance even where several rungs are compared.
    private static func rises(_ places: ArraySlice<LadderRung>, _ index: Int, _ noise: LadderNoise) -> Bool {
        guard let here = places.last, let loss = here.points[index].meanLoss else { return false }
        func variance(_ rung: LadderRung) -> Double? {
            noise.sigma(candidate: index, scale: rung.scale).map {
                $0 * $0 / Double(rung.points[index].compactMap(\.loss).count)
            }
        }
        return places.dropLast().contains { below in
            guard let other = below.points[index].meanLoss, let noise = variance(here), let its = variance(below),
                (below.tokens ?? 0) <= (here.tokens ?? .infinity)
            else { return false }
            return loss - other > 3 * (noise + its).squareRoot()
        }
    }
}

extension RungDiagnostics {
    /// Takes in what the records of the runs say.
    fileprivate mutating func add(_ ids: [RunID], _ evidence: CandidateDiagnostics.Evidence) {
        let runs = ids.compactMap { evidence.runs[$0] }
        let finished = runs.compactMap { FinishedRun($0.record, $0.spec) }
        if finished.count == ids.count { trainMinusValidation = FinishedRun.trainMinusValidation(finished) }
        repeatedShare = (runs.first?.spec).flatMap(evidence.repeatedShare)
        let norms = runs.flatMap { $0.record.steps.compactMap(\.gradientNorm) }
        if !norms.isEmpty {
            gradientNormMedian = norms.median
            gradientNorm99 = norms.quantile(0.99)
        }
        let updates = runs.flatMap { run in
            run.record.evaluations.filter { $0.step > run.spec.schedule.warmupSteps }.compactMap(\.updateToWeight)
        }
        if !updates.isEmpty { updateToWeightMedian = updates.median }
        spikes = runs.reduce(0) { $0 + LossSpikes.indices($1.record.steps.compactMap(\.natsPerToken)).count }
    }

    /// Takes in what the curves say, and judges.
    fileprivate mutating func add(_ collapse: CurveCollapse.Rung?, diverged: Bool, risesWithScale: Bool) {
        fall = collapse?.fall
        shape = collapse?.shape
        collapseResidual = collapse?.residual
        seedSpread = collapse?.seedSpread
        if diverged { reasons.append(.diverged) }
        if collapse?.collapses == false { reasons.append(.curveShape) }
        if risesWithScale { reasons.append(.lossRisesWithScale) }
        if collapse?.rises == true { reasons.append(.lossRisesInTraining) }
        scales = reasons.isEmpty ? (collapse?.collapses == true ? .well : .unknown) : .badly
    }
}
