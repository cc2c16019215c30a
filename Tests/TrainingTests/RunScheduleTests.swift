import ScalebenchCore
import Testing
import Training

@Suite struct RunScheduleTests {
    @Test(arguments: [1, 2, 3, 5, 7, 79, 80, 81, 1000, 2001])
    func risesToTheLastStep(steps: Int) throws {
        let schedule = RunSchedule(try makeSpec(steps: steps))
        for list in [schedule.reports, schedule.evaluations] {
            #expect(zip(list, list.dropFirst()).allSatisfy { $0 < $1 })
            #expect(list.last == steps)
            #expect(list[0] >= 1)
        }
        #expect(schedule.reports.count == min(80, steps))
        #expect(schedule.evaluations.count == min(5, steps))
    }

    @Test func equalFractions() throws {
        #expect(RunSchedule(try makeSpec(steps: 1000)).evaluations == [200, 400, 600, 800, 1000])
        #expect(RunSchedule(try makeSpec(steps: 12)).evaluations == [2, 5, 7, 10, 12])
    }
}
