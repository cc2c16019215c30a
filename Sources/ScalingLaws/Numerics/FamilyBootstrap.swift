// Intervals of backtest figures by resampling whole run families, since runs of one recipe are not independent.

package enum FamilyBootstrap {
    private static let resamples = 200

    /// 90 % interval of the mean; nil with fewer than three families.
    package static func interval90OfMean(_ values: [(family: String, value: Double)]) -> Interval? {
        interval90(values.map(\.family)) { chosen in chosen.map { values[$0].value }.mean }
    }

    /// 90 % interval of a figure of the elements at some indices; `families` names the family of each. It is nil with
    /// fewer than three families.
    package static func interval90(_ families: [String], of figure: ([Int]) -> Double) -> Interval? {
        let groups = Dictionary(grouping: families.indices) { families[$0] }.sorted { $0.key < $1.key }.map(\.value)
        guard groups.count >= 3 else { return nil }
        var generator = SplitMix(seed: 20_26)
        let draws = (0..<resamples).map { _ in
            figure(groups.indices.flatMap { _ in groups.randomElement(using: &generator)! })
        }
        return Estimate(draws: draws).interval90
    }
}
