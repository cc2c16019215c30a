// Intervals of backtest figures by resampling whole run families: runs of one recipe share what makes them easy or hard.

import ScalingLaws

enum FamilyBootstrap {
    private static let resamples = 200

    /// 90 % interval of the mean; nil with fewer than three families.
    static func interval90OfMean(_ values: [(family: String, value: Double)]) -> Interval? {
        let families = Dictionary(grouping: values, by: \.family).sorted { $0.key < $1.key }.map {
            $0.value.map(\.value)
        }
        guard families.count >= 3 else { return nil }
        var generator = SplitMix(seed: 20_26)
        let draws = (0..<resamples).map { _ in
            families.indices.flatMap { _ in families.randomElement(using: &generator)! }.mean
        }
        return Estimate(draws: draws).interval90
    }
}
