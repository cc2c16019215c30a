import Foundation
import ScalebenchCore
import Testing
import Training

@Suite struct SafetensorsTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/model.safetensors"
    }

    private func write(_ values: [Float], shapes: [(String, [Int])]) throws {
        try values.withUnsafeBufferPointer { buffer in
            var offset = 0
            let tensors = shapes.map { name, shape in
                let count = shape.reduce(1, *)
                defer { offset += count }
                return Safetensors.Tensor(
                    name: name, shape: shape, values: UnsafeBufferPointer(rebasing: buffer[offset..<offset + count]))
            }
            try Safetensors.write(tensors, metadata: ["step": "7"], to: path)
        }
    }

    private func read(_ name: String, _ shape: [Int]) throws -> ([Float], [String: String]) {
        var values = [Float](repeating: -1, count: shape.reduce(1, *))
        let metadata = try values.withUnsafeMutableBufferPointer {
            try Safetensors.read(into: [.init(name: name, shape: shape, values: $0)], from: path)
        }
        return (values, metadata)
    }

    @Test func valuesSurvive() throws {
        let values: [Float] = [1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, 3, 7]
        try write(values, shapes: [("wte.weight", [2, 3]), ("bias", [1])])
        #expect(try read("wte.weight", [2, 3]).0.map(\.bitPattern) == values.prefix(6).map(\.bitPattern))
        let (bias, metadata) = try read("bias", [1])
        #expect(bias == [7])
        #expect(metadata == ["step": "7"])
    }

    /// Reads the header by hand, as another reader would.
    @Test func headerIsAsTheFormatSays() throws {
        try write([1, 2, 3], shapes: [("b", [2]), ("a", [1])])
        let data = try InputFile.read(path)
        let length = Int(data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self).littleEndian })
        #expect((8 + length) % 8 == 0)
        #expect(data.count == 8 + length + 12)
        let header = String(decoding: data[8..<8 + length], as: UTF8.self).trimmingCharacters(in: .whitespaces)
        #expect(
            header == #"{"__metadata__":{"step":"7"},"a":{"data_offsets":[8,12],"dtype":"F32","shape":[1]},"#
                + #""b":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}}"#)
    }

    @Test(arguments: [(1, Int.min), (Int.max - 8, Int.max), (8, 0), (-4, 4)])
    func placesOutsideOfTheFileAreRefused(begin: Int, end: Int) throws {
        let header = Data(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[\#(begin),\#(end)]}}"#.utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header + Data(count: 8)).write(to: URL(fileURLWithPath: path))
        #expect(throws: ScalebenchError.self) { try read("a", [2]) }
    }

    @Test func damageIsRefusedAtEveryLength() throws {
        try write([1, 2, 3], shapes: [("a", [3])])
        let data = try InputFile.read(path)
        for length in 0..<data.count {
            try data.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect { try read("a", [3]) } throws: { ($0 as? ScalebenchError)?.code == .damagedData }
        }
    }

    @Test func otherShapeIsRefused() throws {
        try write([1, 2, 3], shapes: [("a", [3])])
        #expect(throws: ScalebenchError.self) { try read("a", [1, 3]) }
        #expect(throws: ScalebenchError.self) { try read("b", [3]) }
    }
}
