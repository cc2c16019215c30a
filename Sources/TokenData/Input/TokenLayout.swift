// Recognises by its first bytes which program wrote a token file. The user must state what they do not tell.
//
// | layout               | how it is recognised                                                       |
// |----------------------|----------------------------------------------------------------------------|
// | NumPy                | \x93NUMPY                                                                  |
// | llm.c, modded-nanogpt| i32 20240520, version 1 (uint16) or 20240801, version 7 (uint32); 256 words |
// | Megatron-LM          | a file of the same name in .idx                                            |
// | nanoGPT, OLMo        | no header at all: --dtype                                                  |

import Foundation
import ScalebenchCore

/// The place and the type of the numbers in a token file.
struct TokenLayout: Equatable {
    /// The name that users know.
    var name: String
    var element: TokenElement
    var headerBytes = 0
    /// The number of tokens that the header states; nil where it states none.
    var count: Int?
    /// Lengths of the documents, where they are known.
    var documentLengths: [Int32]?

    static let llmcHeaderBytes = 1024
    static let llmcMagics: [(magic: UInt32, version: UInt32, element: TokenElement)] = [
        (20_240_520, 1, .uint16), (20_240_801, 7, .uint32),
    ]

    /// The layout of `source`; throws where `stated` is needed and missing, or contradicts the file.
    static func sniff(_ source: ByteSource, path: String, stated: TokenElement?) throws -> TokenLayout {
        let head = try source.peek()
        let found = try recognise(head, source, path: path)
        if let found, let stated, stated != found.element {
            throw ScalebenchError(
                .invalidInput, "--dtype says \(stated.rawValue), the file says \(found.element.rawValue)",
                at: source.path,
                hint: "leave --dtype out")
        }
        if let found { return found }
        guard let stated else {
            throw ScalebenchError(
                .invalidInput, "nothing in the file says how large a token is", at: source.path,
                hint: "state it: --dtype uint16 (nanoGPT, OLMo), or --dtype uint32 for a vocabulary above 65,536")
        }
        return TokenLayout(name: "headerless \(stated.rawValue)", element: stated)
    }

    private static func recognise(_ head: [UInt8], _ source: ByteSource, path: String) throws -> TokenLayout? {
        if head.starts(with: NumpyHeader.magic) {
            let header = try NumpyHeader(head, path: source.path)
            return TokenLayout(
                name: "NumPy \(header.element.rawValue)", element: header.element, headerBytes: header.length,
                count: header.count)
        }
        if let layout = try llmc(head, source.path) { return layout }
        if head.starts(with: MegatronIndex.magic) {
            throw ScalebenchError(
                .invalidInput, "this is the index of a Megatron-LM data set", at: source.path,
                hint: "name the .bin beside it")
        }
        if head.starts(with: Array("LITPKDS".utf8)) { throw unread("litgpt's packed format", source.path) }
        let index = (path as NSString).deletingPathExtension + ".idx"
        guard path != "-", FileManager.default.fileExists(atPath: index) else { return nil }
        let megatron = try MegatronIndex(path: index)
        return TokenLayout(
            name: "Megatron-LM \(megatron.element.rawValue)", element: megatron.element,
            count: megatron.lengths.reduce(0) { $0 + Int($1) }, documentLengths: megatron.lengths)
    }

    private static func llmc(_ head: [UInt8], _ path: String) throws -> TokenLayout? {
        guard head.count >= 4 else { return nil }
        func word(_ index: Int) -> UInt32 {
            head.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)) }
        }
        if word(0) == 20_240_522 {
            throw ScalebenchError(
                .invalidInput, "an evaluation file of llm.c (HellaSwag), not tokens to train on", at: path,
                hint: "name the train and val files")
        }
        guard let known = llmcMagics.first(where: { $0.magic == word(0) }) else { return nil }
        guard head.count >= llmcHeaderBytes, word(1) == known.version else {
            throw ScalebenchError(
                .damagedData,
                head.count < llmcHeaderBytes ? "the header of llm.c is cut off" : "version \(word(1)) is unknown",
                at: path,
                hint: "get the file again")
        }
        return TokenLayout(
            name: "llm.c \(known.element.rawValue)", element: known.element, headerBytes: llmcHeaderBytes,
            count: Int(word(2)))
    }

    static func unread(_ format: String, _ path: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "scalebench cannot read \(format)", at: path,
            hint: "write the tokens as one array with numpy.save, or as JSON Lines (datasets/README.md shows how)")
    }
}
