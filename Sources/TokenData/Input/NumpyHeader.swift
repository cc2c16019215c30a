// The header of a NumPy .npy file. Source: numpy.lib.format, versions 1.0 to 3.0.
// Layout: \x93NUMPY · u8 major · u8 minor · u16 (version 1) or u32 header length · a Python dictionary in ASCII, such
// as {'descr': '<u2', 'fortran_order': False, 'shape': (100,), } padded with spaces, and a line end · the numbers.

import ScalebenchCore

/// What a .npy file says of its numbers.
struct NumpyHeader: Equatable {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    var element: TokenElement
    /// Elements of all dimensions together, which follow in row-major order.
    var count: Int
    /// Bytes before the first number.
    var length: Int

    /// Reads the header at the start of `head`, which must hold all of it.
    init(_ head: [UInt8], path: String) throws {
        func damaged(_ message: String) -> ScalebenchError {
            ScalebenchError(.damagedData, message, at: path, hint: "write it again with numpy.save")
        }
        guard head.count >= 10 else { throw damaged("the .npy header is cut off") }
        let dictionaryStart: Int, size: Int
        switch head[6] {
        case 1: (dictionaryStart, size) = (10, Int(head[8]) | Int(head[9]) << 8)
        case 2, 3:
            guard head.count >= 12 else { throw damaged("the .npy header is cut off") }
            (dictionaryStart, size) = (12, (0..<4).reduce(0) { $0 | Int(head[8 + $1]) << (8 * $1) })
        default: throw damaged("version \(head[6]) of the .npy format is unknown")
        }
        guard dictionaryStart + size <= head.count else { throw damaged("the .npy header is cut off") }
        let text = String(decoding: head[dictionaryStart..<(dictionaryStart + size)], as: UTF8.self)
        guard let type = text.firstMatch(of: /'descr':\s*'([<>|=]?[A-Za-z0-9]{1,12})'/)?.1,
            let order = text.firstMatch(of: /'fortran_order':\s*(True|False)/)?.1,
            let shape = text.firstMatch(of: /'shape':\s*\(([0-9, ]*)\)/)?.1
        else { throw damaged("the .npy header is not as NumPy writes it") }

        guard let element = Self.elements[String(type)] else {
            throw ScalebenchError(
                .invalidInput, "tokens of type '\(type)'", at: path,
                hint: "convert in Python: numpy.save(file, array.astype('<u4')); readable types are "
                    + TokenElement.allCases.map(\.rawValue).joined(separator: ", ") + ", little-endian")
        }
        let sizes = shape.split(separator: ",").map { Int($0.filter { $0 != " " }) ?? -1 }
        guard order == "False" || sizes.count <= 1 else {
            throw ScalebenchError(
                .invalidInput, "the array lies in column order", at: path,
                hint: "convert in Python: numpy.save(file, numpy.ascontiguousarray(array))")
        }
        var count = 1
        for size in sizes {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow, product <= 1 << 60 else { throw damaged("the shape makes no sense") }
            count = product
        }
        self.element = element
        self.count = count
        length = dictionaryStart + size
    }

    private static let elements: [String: TokenElement] = [
        "|u1": .uint8, "|i1": .int8, "<u1": .uint8, "<i1": .int8, "<u2": .uint16, "<i2": .int16, "<u4": .uint32,
        "<i4": .int32, "<u8": .uint64, "<i8": .int64,
    ]
}
