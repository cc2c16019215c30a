// `scalebench data build | import | mix`: files → a data set.

import ArgumentParser
import Foundation
import Reporting
import ScalebenchCore
import TokenData

struct DataBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Make a data set from plain text: bytes become tokens.",
        discussion: """
            Example:
              scalebench data build --text book.txt more.txt.gz --name books
              cat *.txt | scalebench data build --text - --name books
              scalebench compare --dataset books
            """)

    @Option(
        name: .long, parsing: .upToNextOption,
        help: "Text files, plain, .gz or .zst; folders of them; or - for standard input.", completion: .file())
    var text: [String]
    @OptionGroup var new: NewDatasetOptions
    @Option(help: "What stands between documents, such as '<|endoftext|>'; \\n is a line end.") var separator: String?
    @Option(help: "Share of the documents that becomes the validation split.") var validationShare = 0.1

    func run() throws {
        var builder = try DatasetBuilder(name: new.name)
        builder.validationShare = validationShare
        if let separator {
            builder.separator = separator.replacingOccurrences(of: "\\n", with: "\n")
            guard !separator.isEmpty else { throw ValidationError("--separator is empty.") }
        }
        try make(builder, .text, files: try InputFiles.texts(text), validationFiles: [], new)
    }
}

struct DataImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a data set from token files of other programs.",
        discussion: """
            It reads NumPy .npy, .bin of llm.c, modded-nanogpt and Megatron-LM, headerless .bin and .npy (nanoGPT, \
            OLMo; state --dtype), and JSON Lines with text or token ids; plain, .gz or .zst. In a folder, files with \
            "val" in their name become the validation split.

            Example:
              scalebench data import train.bin --validation val.bin --dtype uint16 --vocabulary 50257 --name web
              scalebench data import fineweb10B/ --vocabulary 50257 --name fineweb
              scalebench data import pages.jsonl.zst --name pages
            """)

    @Argument(help: "Files of one kind, folders of them, or - for standard input.", completion: .file())
    var paths: [String]
    @OptionGroup var new: NewDatasetOptions
    @Option(
        parsing: .upToNextOption, help: "Files of the validation split; default: a share of the documents.",
        completion: .file())
    var validation: [String] = []
    @Option(help: "How a token is stored, where the file does not say.")
    var dtype: TokenElement?
    @Option(help: "Number of tokens in the vocabulary; every token is smaller.") var vocabulary: Int?
    @Option(
        help: "The tokenizer's file (tokenizer.json or .tiktoken): gives vocabulary and bytes per token.",
        completion: .file())
    var tokenizer: String?
    @Option(help: "The token that ends a document, such as 50256; default: content decides where to split.")
    var documentEnd: UInt32?
    @Option(help: "The field of JSON Lines with the text or the token ids.") var field: String?
    @Option(help: "Share of the documents that becomes the validation split.") var validationShare = 0.1

    func validate() throws {
        if let vocabulary, !(2...(1 << 31)).contains(vocabulary) {
            throw ValidationError("--vocabulary takes 2 to 2147483648.")
        }
        if let vocabulary, let documentEnd, Int(documentEnd) >= vocabulary {
            throw ValidationError("--document-end \(documentEnd) is outside the vocabulary of \(vocabulary).")
        }
    }

    func run() throws {
        var builder = try DatasetBuilder(name: new.name)
        builder.validationShare = validationShare
        builder.element = dtype
        builder.vocabularySize = vocabulary
        builder.tokenizer = try tokenizer.map { try TokenizerFile(path: $0) }
        builder.documentEnd = documentEnd
        builder.field = field
        let (train, besides) = try InputFiles.tokens(paths)
        let (own, others) = try InputFiles.tokens(validation)
        try make(builder, .tokens, files: train, validationFiles: besides + own + others, new)
    }
}

extension TokenElement: ExpressibleByArgument {}

/// Builds the data set with a line of progress, and prints a summary.
private func make(
    _ builder: DatasetBuilder, _ format: DatasetBuilder.Format, files: [String], validationFiles: [String],
    _ new: NewDatasetOptions
) throws {
    let line = ProgressLine()
    defer { line.clear() }
    let sizes = (files + validationFiles).map { $0 == "-" ? nil : ByteSource.size($0) }
    let total = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
    let summary = try builder.build(
        format, files: files, validationFiles: validationFiles, folder: try new.folder()
    ) { bytes in
        try line.show(
            "\(Quantity.bytes(Double(bytes))) read", share: total.map { Double(bytes) / Double(max($0, 1)) })
    }
    line.clear()
    let tokens = summary.trainTokens + summary.validationTokens
    let perToken = summary.textBytes.map {
        "\(Quantity.significant(Double($0) / Double(tokens))) bytes of text per token"
    }
    print(
        """
        \(summary.folder): \(Quantity.short(Double(summary.trainTokens))) training and \
        \(Quantity.short(Double(summary.validationTokens))) validation tokens
        Read as \(summary.layout): \(summary.documents) documents or pieces, largest token \(summary.largestToken), \
        \(perToken ?? "bytes of text per token unknown (--tokenizer)")
        Use it: scalebench compare --dataset \(new.reference)
        """)
}

struct DataMix: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mix", abstract: "Make a data set that reads others in fixed proportions.",
        discussion: """
            The parts lie in the same folder as the mixture and have one tokenizer. Training and validation take \
            their sequences from the parts in proportion to the weights; nothing is copied.

            Example:
              scalebench data mix prose=3 code=1 --name blend
            """)

    @Argument(help: "Parts with their weights, whole numbers: NAME=WEIGHT.") var parts: [String]
    @OptionGroup var new: NewDatasetOptions

    func run() throws {
        var seen: Set<String> = []
        let parsed = try parts.map { text in
            let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, let weight = Int(sides[1]), DatasetManifest.MixturePart.weights.contains(weight),
                seen.insert(sides[0]).inserted
            else {
                throw ValidationError(
                    "Parts are NAME=WEIGHT, each name once, weights 1 to 1000: '\(SafeText.line(text))'.")
            }
            return DatasetManifest.MixturePart(dataset: sides[0], weight: weight)
        }
        let folder = try new.folder()
        let manifest = try Mixture.write(name: new.name, parts: parsed, folder: folder)
        print("\(folder): \(manifest.summary)\nUse it: scalebench compare --dataset \(new.reference)")
    }
}
