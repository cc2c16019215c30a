// Muon's orthogonalization in double precision. Matrices are row-major.

import ScalebenchCore

enum ReferenceMuon {
    /// What the iteration makes of every singular value x of a matrix.
    static func polynomial(_ x: Double) -> Double {
        3.4445 * x - 4.7750 * x * x * x + 2.0315 * x * x * x * x * x
    }

    static func orthogonalized(_ matrix: [Double], columns: Int) -> [Double] {
        let norm = matrix.map { $0 * $0 }.reduce(0, +).squareRoot()
        var x = matrix.map { $0 / (norm + 1e-7) }
        for _ in 0..<5 {
            // X (aI + b XᵀX + c (XᵀX)²), which is the same on either side.
            let gram = product(transposed(x, columns: columns), x, inner: x.count / columns)
            let cubic = product(x, gram, inner: columns), quintic = product(cubic, gram, inner: columns)
            x = x.indices.map { 3.4445 * x[$0] - 4.7750 * cubic[$0] + 2.0315 * quintic[$0] }
        }
        return x
    }

    /// The step of a tensor whose matrices have these columns: each alone, scaled by its larger side.
    static func step(_ tensor: [Double], parts: [Int]) -> [Double] {
        let columns = parts.reduce(0, +), rows = tensor.count / columns
        var result = tensor, first = 0
        for part in parts {
            let places = (0..<rows).flatMap { row in (first..<first + part).map { row * columns + $0 } }
            let factor = 0.2 * Double(max(rows, part)).squareRoot()
            for (place, value) in zip(places, orthogonalized(places.map { tensor[$0] }, columns: part)) {
                result[place] = factor * value
            }
            first += part
        }
        return result
    }

    static func product(_ a: [Double], _ b: [Double], inner: Int) -> [Double] {
        ReferenceLayers.linear(a, weight: b, bias: nil, inputs: inner)
    }

    static func transposed(_ x: [Double], columns: Int) -> [Double] {
        let rows = x.count / columns
        return (0..<columns).flatMap { column in (0..<rows).map { x[$0 * columns + column] } }
    }
}

extension ModelConfig {
    /// Columns of the matrices that a tensor holds side by side.
    func referenceParts(_ tensor: ReferenceTensor) -> [Int] {
        let keys = keyValueHeads * width / heads
        if tensor.name.hasSuffix("attn.c_attn.weight") { return [width, keys, keys] }
        if tensor.name.hasSuffix("c_fc.weight"), activation.isGated { return [mlpWidth, mlpWidth] }
        return [tensor.shape[1]]
    }
}
