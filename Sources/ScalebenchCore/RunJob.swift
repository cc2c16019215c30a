// The order for one run: the spec, the run's name, which is a hash of the spec, and where the data lie.

import Foundation

/// The order that `scalebench run FOLDER` reads from `job.json`. The spec decides the result and the name; the rest
/// says where to find things on this machine.
package struct RunJob: Codable, Sendable, Hashable {
    package var runID: RunID
    package var spec: RunSpec
    /// The data set; nil for a trainer that reads none.
    package var dataset: Dataset?
    /// How to start an external trainer; nil for our own trainers.
    package var launch: TrainerLaunch?
    /// Runs that are the same as this one up to a step; nil where there are none. They change no result.
    package var trunk: Trunk?

    /// The runs of one trunk beside this one (`RunSpec.trunk`).
    package struct Trunk: Codable, Sendable, Hashable {
        /// Runs in neighbouring folders from which this one can go on, the longest first.
        package var shorter: [RunID]
        /// Runs that can go on from this one, the shortest first.
        package var longer: [RunSpec]

        package init(shorter: [RunID], longer: [RunSpec]) {
            self.shorter = shorter
            self.longer = longer
        }
    }

    /// A data set on this machine; its content is checked against the spec's `dataHash` by whoever opens it.
    package struct Dataset: Codable, Sendable, Hashable {
        package var name: String
        package var folder: String
        /// The tokens as plain files, for trainers that do not read our shards.
        package var tokens: TokenFiles?

        package init(name: String, folder: String, tokens: TokenFiles? = nil) {
            self.name = name
            self.folder = folder
            self.tokens = tokens
        }
    }

    /// One split per file: tokens in order, little-endian, no header.
    package struct TokenFiles: Codable, Sendable, Hashable {
        /// The paths of the two files.
        package var train: String
        package var validation: String
        /// The type of one token: `uint16` or `uint32`.
        package var type: String

        package init(train: String, validation: String, type: String) {
            self.train = train
            self.validation = validation
            self.type = type
        }
    }

    package init(_ spec: RunSpec, dataset: Dataset?, launch: TrainerLaunch? = nil, trunk: Trunk? = nil) {
        runID = spec.runID
        self.spec = spec
        self.dataset = dataset
        self.launch = launch
        self.trunk = trunk
    }
}

extension RunJob {
    /// Reads the job of `folder` and checks that the spec still has the name it was given.
    /// - Throws: `notFound` without a job file, `damagedData` for one that was edited or that another version wrote.
    package static func open(_ folder: RunFolder) throws -> RunJob {
        let data = try InputFile.read(folder.job)
        let job: RunJob
        do {
            job = try JSONInput.decode(RunJob.self, from: data)
        } catch {
            throw ScalebenchError(
                .damagedData, "not a run's job", at: folder.job,
                hint: "start runs with `scalebench compare`; do not write job files by hand",
                cause: JSONInput.reason(error))
        }
        let actual = job.spec.runID
        guard actual == job.runID else {
            throw ScalebenchError(
                .damagedData, "the spec belongs to run \(actual), the job says \(job.runID)", at: folder.job,
                hint: "the file was edited, or written by another version of scalebench: delete the folder")
        }
        return job
    }

    /// Writes `job.json` into `folder`, which is created if need be.
    package func write(to folder: RunFolder) throws {
        try AtomicFile.makeFolder(folder.path)
        try AtomicFile.write(try JSONDocument.pretty(self), to: folder.job)
    }
}
