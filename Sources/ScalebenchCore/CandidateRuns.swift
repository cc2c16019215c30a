// One candidate's runs on a ladder, by identity: what a plan orders, what a store keeps of it, and what becomes a ladder
// once the runs have ended. The one way from run records to statistics.

/// The runs of one candidate, place by place.
package struct CandidateRuns: Codable, Sendable, Equatable {
    /// Shown; part of no identity.
    package var name: String
    package var notes: String
    /// Hash of the resolved specs, seeds apart: equal for candidates that are the same recipe on this ladder.
    package var recipe: String
    /// Smallest rung first, the target last.
    package var places: [PlaceRuns]

    /// The runs at one rung, or at the target.
    package struct PlaceRuns: Codable, Sendable, Equatable {
        package var label: String
        /// Training FLOPs and tokens of one run.
        package var flops: Double
        package var tokens: Int
        /// In the order of their seeds.
        package var runs: [Run]

        package init(label: String, flops: Double, tokens: Int, runs: [Run]) {
            self.label = label
            self.flops = flops
            self.tokens = tokens
            self.runs = runs
        }
    }

    package struct Run: Codable, Sendable, Hashable {
        package var seed: Int
        package var id: RunID

        package init(seed: Int, id: RunID) {
            self.seed = seed
            self.id = id
        }
    }

    package init(name: String, notes: String, recipe: String, places: [PlaceRuns]) {
        self.name = name
        self.notes = notes
        self.recipe = recipe
        self.places = places
    }
}
