// Causal attention of one sequence in double precision, from q, k and v to the mixed values, and rotary positions.
// q is [positions, heads·channels], k and v are [positions, keyValueHeads·channels].

import Foundation

struct ReferenceAttention {
    let heads, keyValueHeads, channels: Int
    /// Factor of query–key products.
    let scale: Double

    func forward(q: [Double], k: [Double], v: [Double]) -> [Double] {
        var out = [Double](repeating: 0, count: q.count)
        forEachQuery(q, k) { query, keys, weights in
            for (key, weight) in zip(keys, weights) {
                for c in 0..<channels { out[query + c] += weight * v[key + c] }
            }
        }
        return out
    }

    func backward(
        q: [Double], k: [Double], v: [Double], outGradient: [Double]
    ) -> (q: [Double], k: [Double], v: [Double]) {
        var qGradient = q.map { _ in 0.0 }, kGradient = k.map { _ in 0.0 }, vGradient = kGradient
        forEachQuery(q, k) { query, keys, weights in
            var weightGradients = weights.map { _ in 0.0 }
            for (i, key) in keys.enumerated() {
                for c in 0..<channels {
                    weightGradients[i] += outGradient[query + c] * v[key + c]
                    vGradient[key + c] += outGradient[query + c] * weights[i]
                }
            }
            let mean = zip(weights, weightGradients).map(*).reduce(0, +)
            for (i, key) in keys.enumerated() {
                let score = weights[i] * (weightGradients[i] - mean) * scale
                for c in 0..<channels {
                    qGradient[query + c] += score * k[key + c]
                    kGradient[key + c] += score * q[query + c]
                }
            }
        }
        return (qGradient, kGradient, vGradient)
    }

    /// Calls `body` with the first element of a query of one head, those of the keys it sees (values lie at the same
    /// places), and its weights for them.
    private func forEachQuery(_ q: [Double], _ k: [Double], _ body: (Int, [Int], [Double]) -> Void) {
        for head in 0..<heads {
            let shared = head / (heads / keyValueHeads)
            for position in 0..<q.count / (heads * channels) {
                let query = (position * heads + head) * channels
                let keys = (0...position).map { ($0 * keyValueHeads + shared) * channels }
                let scores = keys.map { key in
                    scale * (0..<channels).map { q[query + $0] * k[key + $0] }.reduce(0, +)
                }
                body(query, keys, ReferenceLayers.softmax(scores))
            }
        }
    }

    /// Turns channels j and j + c/2 of every head by position · base^(−2j/c); `back` undoes it, which is also the
    /// gradient. `x` is [positions, heads·channels].
    static func rotated(_ x: [Double], heads: Int, channels: Int, base: Double, back: Bool = false) -> [Double] {
        var out = x
        for vector in 0..<x.count / channels {
            for j in 0..<channels / 2 {
                let angle = Double(vector / heads) * pow(base, -2 * Double(j) / Double(channels))
                let low = vector * channels + j, high = low + channels / 2
                let sine = back ? -sin(angle) : sin(angle)
                out[low] = x[low] * cos(angle) - x[high] * sine
                out[high] = x[high] * cos(angle) + x[low] * sine
            }
        }
        return out
    }
}
