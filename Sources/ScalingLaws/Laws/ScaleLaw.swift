// Laws with a floor and one power per scale: L = E + Σ_k A_k x_k^(−α_k). With one scale this is the usual power law,
// with parameters and tokens the parametric law of compute-optimal training.
// Notation: x_k scales, l_k = ln x_k − mean, z_0 = ln E, z_k = a_k − α_k l_k, so that ln L̂ = ln Σ exp z.
// Objective: Σ_i Huber_δ(ln L̂_i − ln L_i), summed, not averaged (averaging has made a well-known fit stop early).
// Starts come from variable projection: on a grid of exponents E and A_k follow from linear non-negative least squares
// of L̂/L. Levenberg–Marquardt with the Huber weights descends from them; Newton steps with the exact second
// derivatives finish.
// Source: Hoffmann et al., "Training compute-optimal large language models", 2022, eq. 3 and appendix D.2; Golub &
// Pereyra, SIAM J. Numer. Anal. 10 (1973) 413 for variable projection.

import Foundation

/// One law.
package struct ScaleLaw: Sendable, Codable, Equatable {
    package struct Term: Sendable, Codable, Equatable {
        package var coefficient: Double
        package var exponent: Double

        package init(coefficient: Double, exponent: Double) {
            self.coefficient = coefficient
            self.exponent = exponent
        }
    }

    /// E, in the losses' units.
    package var floor: Double
    /// One term per scale, in the order of the data.
    package var terms: [Term]

    package init(floor: Double, terms: [Term]) {
        self.floor = floor
        self.terms = terms
    }

    /// The loss at one value of every scale.
    package func loss(at scales: [Double]) -> Double {
        zip(terms, scales).reduce(floor) { $0 + $1.0.coefficient * pow($1.1, -$1.0.exponent) }
    }

    /// The split of a budget of `flops` = `perPair` · parameters · tokens that gives the smallest loss, for a law in
    /// parameters and tokens. It is nil for other laws, and where an exponent or coefficient is not positive.
    package func optimum(flops: Double, perPair: Double) -> (parameters: Double, tokens: Double)? {
        guard terms.count == 2, terms.allSatisfy({ $0.coefficient > 0 && $0.exponent > 0 }) else { return nil }
        let (first, second) = (terms[0], terms[1])
        let sum = first.exponent + second.exponent
        let logGain = log(first.exponent * first.coefficient / (second.exponent * second.coefficient)) / sum
        let logPairs = log(flops / perPair)
        let logParameters = logGain + second.exponent / sum * logPairs
        let parameters = exp(logParameters), tokens = exp(logPairs - logParameters)
        return parameters.isFinite && tokens.isFinite && parameters > 0 && tokens > 0 ? (parameters, tokens) : nil
    }
}

/// A fitted law and whether it can be trusted as a fit.
package struct ScaleLawFit: Sendable {
    package var law: ScaleLaw
    /// The sum of Huber losses at the end.
    package var objective: Double
    /// Largest derivative of the objective with respect to the logarithm of E or A_k, or to α_k times the spread of
    /// l_k, divided by δ. It counts the observations that would have to move to change the fit; below a ten-thousandth
    /// the fit has converged.
    package var gradient: Double
    package var hasConverged: Bool
    /// Parameters at the edge of the searched range: "floor", "coefficient 1", "exponent 2" ….
    package var onBound: [String]
}

/// Data for a law, ready to be fitted and resampled.
package struct ScaleLawFitter: Sendable {
    private let terms: Int
    /// ln x relative to its mean; observations × terms, row-major.
    private let logScales: [Double]
    private let centres: [Double]
    private let spreads: [Double]
    private let logLosses: [Double]
    private let delta: Double

    /// The searched exponents; below them a term is nearly a constant, above them nearly a step.
    private static let exponents = (smallest: 0.01, largest: 3.0)
    /// A term or floor below this share of the smallest loss counts as absent.
    private static let smallestShare = 1e-4

    /// - Parameters:
    ///   - scales: one row per observation, one value per scale; positive.
    ///   - losses: positive, as many as rows; more than the law has parameters.
    ///   - delta: where the Huber loss turns from square to linear, in ln L.
    package init(scales: [[Double]], losses: [Double], delta: Double = 1e-3) {
        let count = scales.first?.count ?? 0
        precondition(scales.count == losses.count && scales.allSatisfy { $0.count == count })
        terms = count
        self.delta = delta
        let logs = scales.map { $0.map { log($0) } }
        let means = (0..<count).map { k in logs.reduce(0) { $0 + $1[k] } / Double(max(logs.count, 1)) }
        centres = means
        logScales = logs.flatMap { row in (0..<count).map { row[$0] - means[$0] } }
        spreads = (0..<count).map { k -> Double in
            let square = logs.reduce(0.0) { sum, row in sum + (row[k] - means[k]) * (row[k] - means[k]) }
            return (square / Double(max(logs.count, 1))).squareRoot()
        }
        logLosses = losses.map { log($0) }
    }

    private var parameterCount: Int { 1 + 2 * terms }

    /// The best fit; `weights` say how often each observation counts (nil: once). It is nil where no start gives a
    /// finite fit.
    package func fit(weights: [Double]? = nil) -> ScaleLawFit? {
        let weights = weights ?? logLosses.map { _ in 1 }
        let ends = starts(weights).map { descend($0, weights) }.filter(\.objective.isFinite)
        return ends.min { $0.objective < $1.objective }.map(finished)
    }

    /// `count` fits to observations drawn with replacement, each started from `best`; those that fail are left out.
    package func bootstrap(_ best: ScaleLawFit, count: Int, seed: UInt64 = 1) -> [ScaleLaw] {
        let start = parameters(best.law)
        return inParallel(count) { replicate -> ScaleLaw? in
            var generator = SplitMix(seed: seed &* 0x9E37_79B9 &+ UInt64(replicate))
            var weights = [Double](repeating: 0, count: logLosses.count)
            for _ in logLosses { weights[Int(generator.uniform() * Double(logLosses.count))] += 1 }
            let end = descend(start, weights)
            return end.objective.isFinite ? finished(end).law : nil
        }.compactMap { $0 }
    }

    // MARK: - Parameters: ln E, then a_k and α_k

    private struct End {
        var parameters: [Double]
        var objective: Double
        var gradient: Double
    }

    private func parameters(_ law: ScaleLaw) -> [Double] {
        var result = [log(max(law.floor, Double.leastNormalMagnitude))]
        for (term, centre) in zip(law.terms, centres) {
            let logCoefficient = log(max(term.coefficient, Double.leastNormalMagnitude))
            result += [logCoefficient - term.exponent * centre, term.exponent]
        }
        return result
    }

    private func finished(_ end: End) -> ScaleLawFit {
        let p = end.parameters
        let found = (0..<terms).map { k -> ScaleLaw.Term in
            let logCoefficient = p[1 + 2 * k] + p[2 + 2 * k] * centres[k]
            return ScaleLaw.Term(coefficient: exp(min(max(logCoefficient, -700), 700)), exponent: p[2 + 2 * k])
        }
        let law = ScaleLaw(floor: exp(p[0]), terms: found)
        let smallest = (logLosses.min() ?? 0) + log(Self.smallestShare)
        var onBound = p[0] < smallest ? ["floor"] : []
        for k in 0..<terms {
            let name = terms == 1 ? "" : " \(k + 1)"
            let exponent = p[2 + 2 * k]
            let largest = stride(from: k, to: logScales.count, by: terms).map { -exponent * logScales[$0] }.max() ?? 0
            if p[1 + 2 * k] + largest < smallest { onBound.append("coefficient\(name)") }
            if p[2 + 2 * k] < Self.exponents.smallest || p[2 + 2 * k] > Self.exponents.largest {
                onBound.append("exponent\(name)")
            }
        }
        return ScaleLawFit(
            law: law, objective: end.objective, gradient: end.gradient, hasConverged: end.gradient < 1e-4,
            onBound: onBound)
    }

    // MARK: - Descent

    private func descend(_ start: [Double], _ weights: [Double]) -> End {
        // 1. The weights that make the Huber loss a square never lead uphill, but they are slow at the end.
        let near = LevenbergMarquardt.descend(start, limit: 200, maximumSteps: 60, tolerance: 1e-7) {
            linearise($0, weights, exact: false)
        }
        // 2. The exact second derivatives converge quadratically once the same observations stay on the linear parts.
        let end = LevenbergMarquardt.descend(near.parameters, limit: 200, maximumSteps: 200, tolerance: 1e-13) {
            linearise($0, weights, exact: true)
        }
        let last = linearise(end.parameters, weights, exact: true)
        return End(parameters: end.parameters, objective: last.cost, gradient: scaledGradient(last.gradient))
    }

    private func scaledGradient(_ gradient: [Double]) -> Double {
        var largest = abs(gradient[0])
        for k in 0..<terms {
            largest = max(largest, abs(gradient[1 + 2 * k]), abs(gradient[2 + 2 * k]) / max(spreads[k], 1e-3))
        }
        return largest / delta
    }

    /// Σ Huber with its gradient; the curvature is the exact one, or that of the square with Huber weights.
    private func linearise(_ p: [Double], _ weights: [Double], exact: Bool) -> Linearisation {
        let n = parameterCount
        var sum = Linearisation(parameters: n)
        var z = [Double](repeating: 0, count: terms + 1), slopes = [Double](repeating: 0, count: n)
        for i in logLosses.indices where weights[i] > 0 {
            // 1. Shares of the terms in L̂.
            z[0] = p[0]
            var top = z[0]
            for k in 0..<terms {
                z[k + 1] = p[1 + 2 * k] - p[2 + 2 * k] * logScales[i * terms + k]
                top = max(top, z[k + 1])
            }
            var total = 0.0
            for k in 0...terms {
                z[k] = exp(z[k] - top)
                total += z[k]
            }
            for k in 0...terms { z[k] /= total }
            // 2. The residual, and its derivatives by the parameters.
            let residual = top + log(total) - logLosses[i]
            slopes[0] = z[0]
            for k in 0..<terms {
                slopes[1 + 2 * k] = z[k + 1]
                slopes[2 + 2 * k] = -z[k + 1] * logScales[i * terms + k]
            }
            // 3. The Huber loss.
            let size = abs(residual)
            let isSquare = size <= delta
            let pull = weights[i] * min(max(residual, -delta), delta)
            sum.cost += weights[i] * (isSquare ? 0.5 * residual * residual : delta * (size - 0.5 * delta))
            let weight = exact ? (isSquare ? weights[i] : 0) - pull : weights[i] * (isSquare ? 1 : delta / size)
            for a in 0..<n {
                sum.gradient[a] += pull * slopes[a]
                for b in 0...a { sum.curvature[a * n + b] += weight * slopes[a] * slopes[b] }
            }
            guard exact else { continue }
            // 4. Second derivatives of ln Σ exp z: diag(shares) − shares sharesᵀ; the latter went into `weight`.
            sum.curvature[0] += pull * z[0]
            for k in 0..<terms {
                let a = 1 + 2 * k, b = a + 1, place = logScales[i * terms + k]
                sum.curvature[a * n + a] += pull * z[k + 1]
                sum.curvature[b * n + a] -= pull * z[k + 1] * place
                sum.curvature[b * n + b] += pull * z[k + 1] * place * place
            }
        }
        for a in 0..<n { for b in 0..<a { sum.curvature[b * n + a] = sum.curvature[a * n + b] } }
        return sum
    }

    // MARK: - Starts

    /// The best few points of a grid of exponents, with E and A_k by linear non-negative least squares of L̂/L.
    private func starts(_ weights: [Double]) -> [[Double]] {
        let values = LogarithmicGrid(0.05, 1.5, count: 9).values
        let grid = (0..<terms).reduce([[Double]]([[]])) { rows, _ in rows.flatMap { row in values.map { row + [$0] } } }
        let ranked = grid.map { ($0, projected($0, weights)) }.sorted { $0.1.cost < $1.1.cost }
        return ranked.prefix(6).map { exponents, linear in
            // A value that the linear problem left at zero starts small, since its logarithm is needed.
            let least = exp(logLosses.min() ?? 0) * 1e-2
            return [log(max(linear.values[0], least))]
                + (0..<terms).flatMap { [log(max(linear.values[$0 + 1], least)), exponents[$0]] }
        }
    }

    /// E and the coefficients (at the scales' centres) for given exponents: non-negative and best in Σ (L̂/L − 1)².
    private func projected(_ exponents: [Double], _ weights: [Double]) -> (values: [Double], cost: Double) {
        let n = terms + 1
        var matrix = [Double](repeating: 0, count: n * n), right = [Double](repeating: 0, count: n), total = 0.0
        var row = [Double](repeating: 0, count: n)
        for i in logLosses.indices {
            row[0] = exp(-logLosses[i])
            for k in 0..<terms { row[k + 1] = exp(-exponents[k] * logScales[i * terms + k] - logLosses[i]) }
            total += weights[i]
            for a in 0..<n {
                right[a] += weights[i] * row[a]
                for b in 0..<n { matrix[a * n + b] += weights[i] * row[a] * row[b] }
            }
        }
        // There are so few unknowns that every set of positive ones can be tried.
        var best = (values: [Double](repeating: 0, count: n), cost: total)
        for set in 1..<(1 << n) {
            let active = (0..<n).filter { set & (1 << $0) != 0 }
            var small = active.flatMap { a in active.map { b in matrix[a * n + b] * (a == b ? 1 + 1e-12 : 1) } }
            var solution = active.map { right[$0] }
            Cholesky.factor(&small, active.count)
            Cholesky.solveLower(small, active.count, &solution)
            Cholesky.solveUpper(small, active.count, &solution)
            guard solution.allSatisfy({ $0 > 0 && $0.isFinite }) else { continue }
            let cost = total - zip(active, solution).reduce(0) { $0 + right[$1.0] * $1.1 }
            if cost < best.cost {
                best.values = [Double](repeating: 0, count: n)
                for (a, value) in zip(active, solution) { best.values[a] = value }
                best.cost = cost
            }
        }
        return best
    }
}
