// How well candidates scale, from synthetic records whose right answers are known.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct CandidateDiagnosticsTests {
    private func plan() throws -> ComparisonPlan {
        let suite = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 16,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 8192, "seeds": 3 },
                        { "width": 16, "layers": 1, "tokens": 8192, "seeds": 3 },
                        { "width": 32, "layers": 1, "tokens": 8192, "seeds": 2 }],
              "target": { "width": 64, "layers": 1, "tokens": 8192 },
              "evaluation": { "sequences": 40, "curvePoints": 16, "curveSequences": 20 } }
            """
        func reader(_ text: String) throws -> ConfigReader { try ConfigReader.parse(Data(text.utf8), file: "t.json") }
        let candidates = try ["good", "bad"].enumerated().map { index, name in
            try Candidate(
                reader(#"{ "optimizer": { "learningRate": 0.00\#(index + 1) }, "batchTokens": 256 }"#),
                defaultName: name)
        }
        return try ComparisonPlan(
            suite: Suite(reader(suite), defaultName: "s"), candidates: candidates, vocabularySize: 32, dataHash: "h")
    }

    /// How a run goes: its final loss, by what it exceeds that on the way, and the shape of this excess.
    private struct Course {
        var loss: Double
        var fall = 0.3
        var power = 1.35
        var spikes: Set<Int> = []
        var diverges = false
        var updates: Double?
    }

    private func record(_ run: ComparisonPlan.Run, _ course: Course) -> RunRecord {
        var record = RunRecord()
        // Seeds differ by 0.002 in the end, and by a little more on the way.
        let seed = Double(run.spec.seed) - 1
        func loss(_ step: Int) -> Double {
            let left = 1 - Double(step) / 32
            return course.loss + 0.002 * seed + (course.fall + 0.004 * seed * sin(9 * left)) * pow(left, course.power)
        }
        for step in 1...32 {
            let spike = course.spikes.contains(step) ? 1.0 : 0
            record.fold(
                .step(
                    .init(
                        step: step, tokens: step * 256, natsPerToken: loss(step) + 0.01 + spike, learningRate: 1,
                        gradientNorm: Double(step), seconds: 1)))
            guard step % 2 == 0 else { continue }
            let isLast = step == 32
            let sequences = (0..<40).map { loss(step) + ($0 % 2 == 0 ? 0.001 : -0.001) }
            record.fold(
                .evaluation(
                    .init(
                        step: step, tokens: step * 256, natsPerToken: loss(step), standardError: 0.1,
                        sequences: isLast ? 40 : 20, sequenceNatsPerToken: isLast ? sequences : nil,
                        updateToWeight: course.updates.map { $0 / Double(step) })))
        }
        record.fold(
            .end(.init(status: course.diverges ? .diverged : .completed, step: 32, tokens: 8192, seconds: 1)))
        return record
    }

    private func diagnostics(
        floor: Double = 1, repeatedShare: @escaping (RunSpec) -> Double? = { _ in nil },
        _ course: (_ place: Int, _ candidate: Int) -> Course
    ) throws -> [CandidateDiagnostics] {
        let plan = try plan()
        let places = plan.places
        let records = Dictionary(
            uniqueKeysWithValues: plan.runs.map { run in
                (run.id, record(run, course(places.firstIndex(of: run.place)!, run.candidates[0])))
            })
        return try #require(
            CandidateDiagnostics.all(
                plan.ladder(records),
                CandidateDiagnostics.Evidence(plan, records, floor: floor, repeatedShare: repeatedShare)))
    }

    private func usual(_ place: Int) -> Course { Course(loss: 2.5 - 0.1 * Double(place)) }

    @Test func aChangedShapeIsFoundAndNamed() throws {
        let all = try diagnostics { place, candidate in
            var course = usual(place)
            if candidate == 1, place >= 2 { course.power = 0.6 }
            return course
        }
        #expect(all.map(\.candidate) == ["good", "bad"])
        #expect(all[0].findings == [] && all[0].rungs.map(\.scales) == [.unknown, .well, .well, .well])
        #expect(all[1].rungs.map(\.scales) == [.unknown, .well, .badly, .badly])
        #expect(all[1].rungs[2].reasons == [.curveShape] && all[1].rungs[3].isTarget)
        let finding = try #require(all[1].findings.first)
        #expect(finding.code == "scalesBadly" && finding.severity == .warning)
        #expect(finding.message.contains("at width 32, width 64 do not have the shape"))
        #expect(finding.advice.contains("lower the learning rate"))
        let bad = all[1].rungs[2]
        #expect(try #require(bad.collapseResidual) > 3 * (try #require(bad.seedSpread)))
    }

    @Test func aLossThatRisesIsFound() throws {
        let all = try diagnostics { place, candidate in
            var course = usual(place)
            if candidate == 0, place == 2 { course.loss = 2.43 }
            if candidate == 1, place == 3 { course.fall = -0.2 }
            return course
        }
        #expect(all[0].rungs.map(\.reasons) == [[], [], [.lossRisesWithScale], []])
        #expect(all[1].rungs[3].reasons == [.lossRisesInTraining])
        #expect(try #require(all[1].rungs[3].fall) < 0)
        #expect(all[1].findings[0].advice.contains("repeat less data"))
    }

    @Test func divergedRunsAreBadScaling() throws {
        let all = try diagnostics { place, candidate in
            var course = usual(place)
            course.diverges = candidate == 1 && place == 3
            return course
        }
        #expect(all[1].rungs[3].reasons == [.diverged] && all[1].rungs[3].shape == nil)
        #expect(all[1].findings[0].message == "bad scales badly: runs diverge at width 64")
    }

    @Test func everyRungShowsItsTraining() throws {
        let all = try diagnostics(repeatedShare: { Double($0.model.width) / 100 }) { place, _ in
            var course = usual(place)
            if place == 1 { course.spikes = [20, 28] }
            return course
        }
        for (rung, width) in zip(all[0].rungs, [8, 16, 32, 64]) {
            let gap = try #require(rung.trainMinusValidation)
            #expect(abs(gap.point - 0.01) < 1e-9 && gap.interval90.contains(0.01))
            #expect(rung.repeatedShare == Double(width) / 100)
            #expect(rung.gradientNormMedian == 16.5)
            #expect(try #require(rung.gradientNorm99) > 31)
            #expect(rung.spikes == (width == 16 ? 2 * rung.runs : 0))
        }
    }

    /// The median leaves the warm-up out, and what no run reports is not there.
    @Test func updatesAreThoseAfterTheWarmUp() throws {
        let all = try diagnostics { place, candidate in
            var course = usual(place)
            course.updates = candidate == 0 ? 0.1 : nil
            return course
        }
        let plan = try plan()
        let warmup = plan.runs[0].spec.schedule.warmupSteps
        #expect(plan.runs.allSatisfy { $0.spec.schedule.warmupSteps == warmup } && warmup >= 1)
        let after = stride(from: 2, through: 32, by: 2).filter { $0 > warmup }.map { 0.1 / Double($0) }.sorted()
        let median = (after[(after.count - 1) / 2] + after[after.count / 2]) / 2
        for rung in all[0].rungs { #expect(abs(try #require(rung.updateToWeightMedian) - median) < 1e-12) }
        #expect(all[1].rungs.allSatisfy { $0.updateToWeightMedian == nil })
    }

    /// A family has at every place the runs of the member with the lowest loss there.
    @Test func aFamilyHasTheDiagnosticsOfItsBestMembers() throws {
        let plan = try plan()
        let records = Dictionary(
            uniqueKeysWithValues: plan.runs.map { run in
                let place = plan.places.firstIndex(of: run.place)!
                var course = usual(place)
                // The second member is the better one from the second rung on.
                if run.candidates[0] == 1 { course.loss += place == 0 ? 0.05 : -0.05 }
                course.updates = run.candidates[0] == 0 ? 0.1 : 0.2
                return (run.id, record(run, course))
            })
        let evidence = CandidateDiagnostics.Evidence(plan, records, floor: 1) { _ in nil }
        var ladder = plan.ladder(records)
        let alone = try #require(CandidateDiagnostics.all(ladder, evidence))
        #expect(alone.count == 2 && alone.allSatisfy { $0.rungs.allSatisfy { $0.member == nil } })
        ladder.families = [LadderFamily(name: "rates", settings: [LadderSetting(name: "rate", isLinear: false)])]
        ladder.familyOf = [0, 0]
        let all = try #require(CandidateDiagnostics.all(ladder, evidence))
        #expect(all.map(\.candidate) == ["rates"])
        #expect(all[0].rungs.map(\.member) == ["good", "bad", "bad", "bad"])
        for (rung, candidate) in zip(all[0].rungs, [0, 1, 1, 1]) {
            let own = alone[candidate].rungs.first { $0.label == rung.label }
            #expect(rung.updateToWeightMedian == own?.updateToWeightMedian && rung.runs == own?.runs)
        }
        #expect(all[0].rungs[2].scales == .well && all[0].rungs[3].isTarget)
    }

    /// A run without a record does not lend its spec to another.
    @Test func aMissingRecordIsNobodyElses() throws {
        let plan = try plan()
        let records = Dictionary(
            uniqueKeysWithValues: plan.runs.map { run in
                (run.id, record(run, usual(plan.places.firstIndex(of: run.place)!)))
            })
        var fewer = records
        let missing = try #require(plan.runs.first { $0.place == plan.places[1] })
        fewer[missing.id] = nil
        let all = try #require(
            CandidateDiagnostics.all(
                plan.ladder(records),
                CandidateDiagnostics.Evidence(plan, fewer, floor: 1) { Double($0.seed) }))
        let rungs = all[missing.candidates[0]].rungs
        #expect(rungs[1].trainMinusValidation == nil && rungs[0].trainMinusValidation != nil)
        #expect(rungs[1].repeatedShare != Double(missing.spec.seed))
        #expect(rungs[0].repeatedShare == Double(missing.spec.seed))
    }

    @Test func withoutCurvesThereAreNone() throws {
        let ladder = Ladder(axis: .flops, scales: [1, 2, 4], losses: ["a": [3, 2, 1], "b": [3, 2, 1]], target: 8)
        let evidence = CandidateDiagnostics.Evidence(try plan(), [:], floor: 0) { _ in nil }
        #expect(CandidateDiagnostics.all(ladder, evidence) == nil)
    }
}
