// What training asks of an optimizer. A new one needs an `UpdateRule` in a file here, one case of `OptimizerConfig.Kind`
// and one line in `makeOptimizer`.

package import ScalebenchCore

/// An update rule with its state. The state after a number of updates decides all that follow.
package protocol Optimizer: AnyObject {
    /// Buffers that a checkpoint must hold, by name, each laid out as the parameters.
    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { get }

    /// Updates made so far.
    var updates: Int { get set }

    /// The number of threads of an update; it does not change the results.
    var workers: Int { get set }

    /// Clips the gradients by their global norm, normalises them, and updates the parameters in place.
    ///
    /// The gradients themselves are left as they are, except that the L2 penalty's are added. Clipping multiplies by
    /// clip/(norm + 1e-6) when that is below 1.
    /// - Returns: the gradient norm, penalty included, before clipping; not finite when a gradient is not, and then the parameters are
    ///   left alone.
    func update(
        parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
        learningRate: Double
    ) -> Double
}

/// The optimizer that a config names.
package func makeOptimizer(
    _ config: OptimizerConfig, _ layout: GPTParameters, kernels: KernelPath = .best, workers: Int = 1
) -> any Optimizer {
    let rule: any UpdateRule =
        switch config.type {
        case .adamW: AdamW(config, layout)
        case .sgd: SGD(config, layout)
        case .lion: Lion(config, layout)
        case .muon: Muon(config, layout, kernels: kernels)
        }
    let sweep = UpdateSweep(config, layout, uncut: rule.uncutGroups, kernels: kernels, workers: workers)
    return RuleOptimizer(rule, config, sweep)
}

extension OptimizerConfig.Kind {
    /// Bytes of an optimizer's state, and of what its workers need during an update.
    package func stateBytes(_ layout: GPTParameters, workers: Int = 1) -> Int {
        switch self {
        case .adamW: 8 * layout.paddedCount
        case .sgd, .lion: 4 * layout.paddedCount
        case .muon: 8 * layout.paddedCount + 4 * workers * Muon.scratchFloats(layout)
        }
    }
}
