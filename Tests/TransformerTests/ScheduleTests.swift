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
}
