// Data set names → data sets on disk.
// They are looked for in this order: the folders given, those in SCALEBENCH_DATASETS, the nearest `datasets/` of the
// working folder and those above it, `../share/scalebench/datasets` beside the executable, what is embedded in the
// binary, and the cache, where built and generated data sets live.

package import Foundation
package import ScalebenchCore

/// Finds data sets by name, and generates those that are only described.
package struct DatasetLocator: Sendable {
    private let roots: [String]
    private let embedded: [String: Data]
    private let cache: String

    /// - Parameters:
    ///   - roots: folders that hold `<name>/dataset.json`, first match wins.
    ///   - embedded: manifests by name.
    ///   - cache: where data sets are generated and built; created when needed.
    package init(roots: [String], embedded: [String: Data], cache: String) {
        self.roots = roots
        self.embedded = embedded
        self.cache = cache
    }

    /// The usual places, after the folders in `explicit`.
    package static func standard(explicit: [String] = [], embedded: [String: Data]) -> DatasetLocator {
        let roots = FolderSearch.roots(of: "datasets", environmentKey: "SCALEBENCH_DATASETS") {
            FolderSearch.holds(DatasetManifest.fileName, inFoldersOf: $0)
        }
        return DatasetLocator(
            roots: explicit + roots, embedded: embedded, cache: standardCache(ProcessInfo.processInfo.environment))
    }

    /// `$XDG_CACHE_HOME/scalebench/datasets` or `~/.cache/scalebench/datasets`; without `HOME`, the home
    /// folder of the user's account.
    package static func standardCache(_ environment: [String: String]) -> String {
        let base =
            environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? "\(environment["HOME"] ?? NSHomeDirectory())/.cache"
        return "\(base)/scalebench/datasets"
    }

    /// The folder in which a data set of this name is built.
    package func buildFolder(_ name: String) -> String { "\(cache)/\(name)" }
}

// MARK: - Looking up

extension DatasetLocator {
    private struct Found {
        var manifest: DatasetManifest
        /// The manifest's folder; nil for an embedded manifest.
        var folder: String?
    }

    /// What is known of the data set without generating it; `name` may also be the path of a folder.
    package func describe(_ name: String) throws -> DatasetDescription {
        try describe(try find(name))
    }

    /// All data sets that can be found, by name, and what is wrong with those that cannot be read.
    package func survey() -> (datasets: [DatasetDescription], errors: [ScalebenchError]) {
        var datasets: [DatasetDescription] = [], errors: [ScalebenchError] = []
        for name in names() {
            do {
                datasets.append(try describe(name))
            } catch {
                errors.append(error as? ScalebenchError ?? ScalebenchError(.invalidInput, "\(error)", at: name))
            }
        }
        return (datasets, errors)
    }

    /// The folders in which data sets are looked for, in order, whether they exist or not.
    package var folders: [String] { roots + [cache] }

    private func describe(_ found: Found) throws -> DatasetDescription {
        let manifest = found.manifest
        func part(_ manifest: DatasetManifest, weight: Int) -> DatasetDescription.Part {
            .init(
                weight: weight, trainTokens: manifest.train?.tokens ?? manifest.generator?.trainTokens ?? 0,
                validationTokens: manifest.validation?.tokens ?? manifest.generator?.validationTokens ?? 0)
        }
        let mixture = try mixture(found)
        return DatasetDescription(
            name: manifest.name, summary: manifest.summary,
            contentHash: mixture?.contentHash ?? manifest.contentHash,
            vocabularySize: manifest.vocabularySize, contextLength: manifest.documentTokens,
            parts: mixture?.parts.map { part($0.manifest, weight: $0.weight) } ?? [part(manifest, weight: 1)],
            isReady: manifest.generator == nil || manifest.train != nil || isDataset(generatedFolder(manifest)),
            origin: found.folder ?? "embedded")
    }

    private func mixture(_ found: Found) throws -> Mixture? {
        guard !found.manifest.mixture.isEmpty, let folder = found.folder else { return nil }
        return try Mixture(of: found.manifest, folder: folder)
    }

    private func find(_ name: String) throws -> Found {
        if name.contains("/") { return Found(manifest: try .open(folder: name), folder: name) }
        for folder in roots.map({ "\($0)/\(name)" }) where !name.isEmpty && isDataset(folder) {
            return Found(manifest: try .open(folder: folder), folder: folder)
        }
        if let data = embedded[name] {
            let reader = try ConfigReader.parse(data, file: "embedded \(name)/\(DatasetManifest.fileName)")
            return Found(manifest: try DatasetManifest(reader, defaultName: name))
        }
        let built = buildFolder(name)
        if !name.isEmpty, isDataset(built) { return Found(manifest: try .open(folder: built), folder: built) }
        throw unknown(name)
    }

    private func unknown(_ name: String) -> ScalebenchError {
        let known = names()
        let nearest = NearestName.of(name, among: known).map { "did you mean \"\($0)\"? " } ?? ""
        return ScalebenchError(
            .notFound, "there is no data set \"\(name)\"",
            hint: nearest + "known: \(known.joined(separator: ", ")); or give the path of a folder, ./\(name)")
    }

    private func isDataset(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(DatasetManifest.fileName)")
    }

    /// Names of all data sets, sorted. Folders of generated data sets in the cache are left out.
    private func names() -> [String] {
        var names = Set(embedded.keys)
        for root in roots + [cache] {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
            names.formUnion(
                entries.filter {
                    isDataset("\(root)/\($0)") && !$0.contains(Self.generatedMark) && !DatasetWriter.isTemporary($0)
                })
        }
        return names.sorted()
    }
}

// MARK: - Preparing

extension DatasetLocator {
    /// This stands between name and hash in the folder of a generated data set. A user's data set whose name contains
    /// it is not listed, but it is found by its name.
    private static let generatedMark = ".generated-"

    /// The hash keeps generations of a changed spec apart.
    private func generatedFolder(_ manifest: DatasetManifest) -> String {
        "\(cache)/\(manifest.name)\(Self.generatedMark)\(manifest.contentHash.prefix(16))"
    }

    /// Opens the data set, generating it on first use. `progress` gets the share done while generating.
    package func prepare(_ name: String, progress: (Double) throws -> Void = { _ in }) throws -> TokenDataset {
        let found = try find(name)
        if found.manifest.train != nil || !found.manifest.mixture.isEmpty, let folder = found.folder {
            return try .open(folder: folder)
        }
        let folder = generatedFolder(found.manifest)
        if !isDataset(folder) { try GeneratedDataset.write(found.manifest, to: folder, progress: progress) }
        let dataset = try TokenDataset.open(folder: folder)
        guard dataset.contentHash == found.manifest.contentHash else {
            throw ScalebenchError(
                .damagedData, "the generated data set does not belong to its generator", at: folder,
                hint: "remove the folder; it is generated again")
        }
        return dataset
    }

    /// The mean −ln p of the targets of each of the first `sequences` validation windows, as in `TokenDataset`; nil
    /// where p is unknown. A generator computes it without files on disk.
    package func validationEntropy(_ name: String, sequences: Int, contextLength: Int) throws -> [Double]? {
        let found = try find(name)
        if let generator = found.manifest.generator {
            return generator.validationEntropy(sequences: sequences, contextLength: contextLength)
        }
        guard found.manifest.surprisal != nil, let folder = found.folder else { return nil }
        return try TokenDataset.open(folder: folder).validationEntropy(
            sequences: sequences, contextLength: contextLength)
    }
}
