// The size of a model by the header of its `model.safetensors`: u64 length, then JSON with the shape of every tensor.

import Foundation
import ScalebenchCore

enum WeightsFile {
    private static let longestHeader = 1 << 24

    /// All numbers in the tensors of a file; nil where there is no such file, or it cannot be read.
    static func parameters(in file: String) -> Double? {
        guard let handle = InputFile.openIfPresent(file), let start = try? handle.read(upToCount: 8), start.count == 8,
            let length = Int(exactly: start.littleEndian), (2...longestHeader).contains(length),
            let header = try? handle.read(upToCount: length), header.count == length,
            case .object(let tensors)? = try? JSONInput.decode(JSONValue.self, from: header)
        else { return nil }
        var total = 0.0
        for case .object(let tensor) in tensors.values {
            guard case .array(let shape)? = tensor["shape"] else { continue }
            total += shape.reduce(1.0) { product, size in
                if case .integer(let size) = size { return product * Double(size) }
                return .nan
            }
        }
        return total >= 1 ? total : nil
    }
}
