// The learning-rate schedule at exact points.

import ScalebenchCore
import Testing
import Transformer

@Suite struct ScheduleTests {
    @Test func warmsUpFromAboveZeroToThePeak() {
        let schedule = LearningRateSchedule(
            ScheduleConfig(type: .cosine, warmupSteps: 4, finalFraction: 0.1), steps: 101)
        #expect(schedule.fraction(atStep: 0) == 0.2)
        #expect(schedule.fraction(atStep: 3) == 0.8)
        #expect(schedule.fraction(atStep: 4) == 1)
    }

    @Test(arguments: [(ScheduleConfig.Kind.cosine, 0.55), (.linear, 0.55), (.constant, 1.0)])
    func middleAndEnd(_ kind: ScheduleConfig.Kind, _ middle: Double) {
        let schedule = LearningRateSchedule(
            ScheduleConfig(type: kind, warmupSteps: 20, finalFraction: 0.1), steps: 121)
        #expect(abs(schedule.fraction(atStep: 70) - middle) < 1e-12)
        #expect(abs(schedule.fraction(atStep: 120) - (kind == .constant ? 1 : 0.1)) < 1e-12)
        #expect(schedule.fraction(atStep: 500) == schedule.fraction(atStep: 120))
    }

    @Test func cosineIsTheHalfCosine() {
        let schedule = LearningRateSchedule(
            ScheduleConfig(type: .cosine, warmupSteps: 0, finalFraction: 0), steps: 101)
        // (1 + cos(π/4))/2
        #expect(abs(schedule.fraction(atStep: 25) - 0.853_553_390_593_273_8) < 1e-12)
        #expect(schedule.fraction(atStep: 0) == 1)
    }

    @Test func runsThatEndInsideWarmUp() {
        let schedule = LearningRateSchedule(
            ScheduleConfig(type: .linear, warmupSteps: 10, finalFraction: 0), steps: 5)
        #expect(schedule.fraction(atStep: 4) == 5.0 / 11)
        let single = LearningRateSchedule(ScheduleConfig(type: .cosine, warmupSteps: 0, finalFraction: 0), steps: 1)
        #expect(single.fraction(atStep: 0) == 1)
    }

    @Test func wsdIsConstantThenLinearOverItsLastSteps() {
        let schedule = LearningRateSchedule(
            ScheduleConfig(type: .wsd, warmupSteps: 9, decaySteps: 20, finalFraction: 0.1), steps: 101)
        for (step, fraction) in [(0, 0.1), (8, 0.9), (9, 1), (50, 1), (80, 1), (85, 0.775), (90, 0.55), (100, 0.1)] {
            #expect(abs(schedule.fraction(atStep: step) - fraction) < 1e-12, "step \(step)")
        }
        #expect(schedule.fraction(atStep: 500) == schedule.fraction(atStep: 100))
    }

    @Test func wsdWithMoreDecayThanStepsAndWithNone() {
        let long = LearningRateSchedule(
            ScheduleConfig(type: .wsd, warmupSteps: 90, decaySteps: 50, finalFraction: 0), steps: 101)
        #expect(long.fraction(atStep: 90) == 1)
        #expect(abs(long.fraction(atStep: 95) - 0.5) < 1e-12)
        #expect(long.fraction(atStep: 100) == 0)
        let none = LearningRateSchedule(
            ScheduleConfig(type: .wsd, warmupSteps: 0, decaySteps: 0, finalFraction: 0), steps: 101)
        #expect(none.fraction(atStep: 100) == 1)
    }

    @Test(arguments: [ScheduleConfig.Kind.constant, .cosine, .linear]) func onlyWSDHasDecaySteps(
        _ kind: ScheduleConfig.Kind
    ) {
        let short = LearningRateSchedule(
            ScheduleConfig(type: kind, warmupSteps: 3, decaySteps: 5, finalFraction: 0.2), steps: 40)
        let none = LearningRateSchedule(
            ScheduleConfig(type: kind, warmupSteps: 3, finalFraction: 0.2), steps: 40)
        for step in 0..<45 { #expect(short.fraction(atStep: step) == none.fraction(atStep: step)) }
    }
}
