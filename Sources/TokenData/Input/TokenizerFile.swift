// What a tokenizer's file says of its tokens: how many there are and how many bytes of text each stands for. Nothing is
// tokenized here. Two kinds are read:
//   tokenizer.json of Hugging Face, for byte-level BPE (each character of a token stands for one byte) and for
//     SentencePiece-style BPE ("▁" stands for a space, "<0x0A>" for one byte)
//   .tiktoken, a line "<base64 of the bytes> <rank>" per token

import Foundation
import ScalebenchCore

/// Token → number of bytes.
package struct TokenizerFile: Sendable {
    /// The file's name, for messages and manifests.
    package let name: String
    package let sha256: String
    /// One more than the largest token.
    package var vocabularySize: Int { lengths.count }
    /// Bytes of text behind each token; 0 for markers.
    private let lengths: [UInt16]

    package init(path: String) throws {
        let data = try ByteSource.readAll(path, limit: 1 << 28)
        name = (path as NSString).lastPathComponent
        sha256 = ContentHash.sha256(data)
        let found =
            data.first == UInt8(ascii: "{") ? try Self.huggingFace(data, path) : try Self.tiktoken(data, path)
        guard let largest = found.keys.max(), largest < 1 << 26 else {
            throw Self.unknown(path)
        }
        var lengths = [UInt16](repeating: 0, count: largest + 1)
        for (token, bytes) in found { lengths[token] = UInt16(clamping: bytes) }
        self.lengths = lengths
    }

    /// Bytes of text behind `tokens`; tokens that the file does not know have none.
    func textBytes(_ tokens: [UInt32]) -> Int {
        tokens.reduce(0) { $0 + (Int($1) < lengths.count ? Int(lengths[Int($1)]) : 0) }
    }

    private struct HuggingFace: Decodable {
        struct Model: Decodable {
            var type: String?
            var vocab: [String: Int]
        }
        struct Added: Decodable {
            var id: Int
            var content: String
        }
        var model: Model
        var addedTokens: [Added]?

        enum CodingKeys: String, CodingKey {
            case model
            case addedTokens = "added_tokens"
        }
    }

    private static func huggingFace(_ data: Data, _ path: String) throws -> [Int: Int] {
        guard let file = try? JSONInput.decode(HuggingFace.self, from: data), file.model.type ?? "BPE" == "BPE",
            file.model.vocab.values.allSatisfy({ $0 >= 0 })
        else { throw unknown(path) }
        let vocabulary = file.model.vocab
        // Byte-level BPE spells the space as "Ġ" (U+0120) and has a token for it.
        let isByteLevel = vocabulary["Ġ"] != nil
        var lengths: [Int: Int] = [:]
        for (text, token) in vocabulary {
            if isByteLevel {
                lengths[token] = text.unicodeScalars.count
            } else if text.utf8.count == 6, text.hasPrefix("<0x"), text.hasSuffix(">") {
                lengths[token] = 1
            } else {
                lengths[token] = text.unicodeScalars.reduce(0) { $0 + ($1 == "▁" ? 1 : UTF8.width($1)) }
            }
        }
        for added in file.addedTokens ?? [] where added.id >= 0 { lengths[added.id] = 0 }
        return lengths
    }

    private static func tiktoken(_ data: Data, _ path: String) throws -> [Int: Int] {
        var lengths: [Int: Int] = [:]
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, let bytes = Data(base64Encoded: Data(parts[0])),
                let rank = Int(String(decoding: parts[1], as: UTF8.self)), rank >= 0
            else { throw unknown(path) }
            lengths[rank] = bytes.count
        }
        return lengths
    }

    private static func unknown(_ path: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "not a tokenizer file that can be read", at: path,
            hint: "name a tokenizer.json with a BPE model or a .tiktoken file, or state --vocabulary instead")
    }
}
