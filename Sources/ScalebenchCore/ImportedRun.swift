// A run that was trained elsewhere, as far as its log tells. It has no spec, so it is never taken for a run that
// scalebench trained, and it takes no part in a suite: its final loss goes into tables (`runs export --table`).

/// One imported curve with the labels that its user gave it.
package struct ImportedRun: Codable, Sendable, Equatable {
    /// The layout of this document.
    package var schemaVersion = 1
    package var id: RunID
    package var labels: Labels
    package var source: Source
    package var curve: LossCurve
    /// The time of the first import: UTC, ISO 8601.
    package var imported: String

    /// Facts that the log does not say. Importing again with other labels corrects them.
    package struct Labels: Codable, Sendable, Equatable {
        package var candidate: String
        package var seed: Int
        /// The scale of the run, for tables; nil where unknown.
        package var parameters: Double?
        package var tokens: Double?
        package var flops: Double?

        package init(candidate: String, seed: Int, parameters: Double?, tokens: Double?, flops: Double?) {
            self.candidate = candidate
            self.seed = seed
            self.parameters = parameters
            self.tokens = tokens
            self.flops = flops
        }
    }

    /// The origin of the curve; it decides the run's identity.
    package struct Source: Codable, Sendable, Equatable {
        /// The file's name, without its folder.
        package var file: String
        package var sha256: String
        package var format: String
        /// The name that the file has for the run; nil where the file is one run.
        package var run: String?
        package var metric: String

        package init(file: String, sha256: String, format: String, run: String?, metric: String) {
            self.file = file
            self.sha256 = sha256
            self.format = format
            self.run = run
            self.metric = metric
        }
    }

    package init(labels: Labels, source: Source, curve: LossCurve, imported: String) {
        id = source.runID
        self.labels = labels
        self.source = source
        self.curve = curve
        self.imported = imported
    }
}

extension ImportedRun.Source {
    /// A hash of the file's bytes, the run and the metric; the prefix tells it from every trained run.
    package var runID: RunID {
        let content = JSONValue.array([.string(sha256), .string(run ?? ""), .string(metric)])
        return RunID(rawValue: "imported-\(ContentHash.sha256(content).prefix(12))")
    }
}
