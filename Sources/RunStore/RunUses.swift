// Which candidates and suites use a run.

import Foundation
import ScalebenchCore

/// A place on the ladder of a candidate, which uses runs.
struct RunUse: Sendable, Equatable {
    var candidate: String
    /// The family of a member.
    var family: String?
    var suite: String
    /// The suite with its version, such as `lr-rule v1`.
    var suiteVersion: String
    /// The place on the ladder, such as `width 48`.
    var place: String
}

/// The uses of every run of a store.
struct RunUses: Sendable {
    /// A run and the place among `all` that uses it.
    struct Link: Sendable {
        var run: RunKey
        var use: Int
    }

    /// Every use once; a use has as many runs as seeds.
    let all: [RunUse]
    /// In the order of runs; those of one run in the order of their boards and candidates.
    let links: [Link]
    /// What is wrong with records that cannot be read.
    private(set) var errors: [ScalebenchError] = []
    private let runs: [RunKey]

    init(_ all: [RunUse], _ links: [Link]) {
        self.all = all
        self.links = links
        runs = links.map(\.run)
    }

    /// - Parameter index: holds the uses of the last time, where nothing has changed since.
    init(_ store: RunStore, _ index: RunIndex?) {
        let stamp = Self.stamp(of: store)
        if let stamp, let known = index?.uses(stamp: stamp) {
            self = known
            return
        }
        let (records, errors) = store.candidateRecords()
        self.init(records)
        self.errors = errors
        // Errors are to be said every time.
        if let stamp, errors.isEmpty { index?.keep(self, stamp: stamp) }
    }

    private init(_ records: [CandidateRecord]) {
        var all: [RunUse] = [], links: [Link] = []
        let boards = Dictionary(grouping: records, by: \.board).sorted { $0.key < $1.key }.map { $0.value }
        for board in boards.map({ $0.sorted { ($0.firstWritten, $0.position) < ($1.firstWritten, $1.position) } }) {
            let labels = board.labels
            for entry in board {
                let label = labels[entry.candidate.recipe]!
                let members = entry.candidate.family?.members.map { ($0.name, $0.places) }
                for (name, places) in members ?? [(label, entry.candidate.places)] {
                    for place in places {
                        // A run whose name is not a hash is no run of a store.
                        links += place.runs.compactMap { RunKey($0.id.rawValue) }.map { Link(run: $0, use: all.count) }
                        all.append(
                            RunUse(
                                candidate: name, family: members.map { _ in label }, suite: entry.suite.name,
                                suiteVersion: "\(entry.suite.name) v\(entry.suite.version)", place: place.label))
                    }
                }
            }
        }
        // Uses are numbered in the order of boards and candidates.
        self.init(all, links.sorted { ($0.run, $0.use) < ($1.run, $1.use) })
    }

    /// The uses of a run.
    func uses(of run: RunKey) -> [RunUse] {
        let start = runs.firstIndex(notBelow: run)
        guard start < links.count, links[start].run == run else { return [] }
        return links[start...].prefix { $0.run == run }.map { all[$0.use] }
    }

    func uses(of id: RunID) -> [RunUse] { RunKey(id.rawValue).map(uses(of:)) ?? [] }

    /// What is the same as long as no record changes; nil while one may still change without a trace.
    static func stamp(of store: RunStore) -> String? {
        let now = FileStamp.now
        var text = ""
        let files = store.candidateRecordFiles()
        for (file, stamp) in zip(files, FileStamp.stamps(files)) {
            guard let stamp, !stamp.isFresh(now: now) else { return nil }
            text += "\(file.dropFirst(store.root.count))\n\(stamp.size) \(stamp.time)\n"
        }
        return ContentHash.sha256(Data(text.utf8))
    }
}
