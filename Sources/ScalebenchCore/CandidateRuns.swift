// One candidate's runs on a ladder, by name. A plan orders them, a store keeps them, and with the records of their runs
// they become a ladder.

/// The runs of one candidate, place by place.
package struct CandidateRuns: Codable, Sendable, Equatable {
    /// The name that reports show; it is not part of `recipe`.
    package var name: String
    /// The notes of the candidate's file; empty where it has none.
    package var notes: String
    /// The hash of the resolved specs without their seeds. It is equal for candidates that are the same recipe on this
    /// ladder.
    package var recipe: String
    /// The places of the ladder, smallest rung first, the target last.
    package var places: [PlaceRuns]
    /// For a family, its members; `places` then has the runs of the member with the lowest loss at each place. It is nil for
    /// an ordinary candidate.
    package var family: FamilyRuns?

    /// The members of a family, which one file sweeps.
    package struct FamilyRuns: Codable, Sendable, Equatable {
        /// The names of the swept numbers.
        package var settings: [String]
        /// The names of those whose values are compared by their differences instead of their ratios.
        package var linear: [String]
        package var members: [Member]

        package init(settings: [String], linear: [String], members: [Member]) {
            self.settings = settings
            self.linear = linear
            self.members = members
        }

        /// Whether every member has finite values and runs for each of these places.
        func fits(_ places: [PlaceRuns]) -> Bool {
            !members.isEmpty
                && members.allSatisfy { member in
                    member.places.count == places.count && member.values.count == places.count
                        && member.values.allSatisfy { $0.count == settings.count && $0.allSatisfy(\.isFinite) }
                }
        }
    }

    /// One member of a family.
    package struct Member: Codable, Sendable, Equatable {
        package var name: String
        /// Its values at every place, one per setting.
        package var values: [[Double]]
        package var places: [PlaceRuns]

        package init(name: String, values: [[Double]], places: [PlaceRuns]) {
            self.name = name
            self.values = values
            self.places = places
        }
    }

    /// The runs at one rung, or at the target.
    package struct PlaceRuns: Codable, Sendable, Equatable {
        /// The name of the place, such as `width 64`.
        package var label: String
        /// Training FLOPs of one run.
        package var flops: Double
        /// Training tokens of one run.
        package var tokens: Int
        /// The runs in the order of their seeds.
        package var runs: [Run]
        /// The name of the trunk that the runs share with those of another place (`RunSpec.trunk`); nil where they share none.
        package var trunk: String?

        package init(label: String, flops: Double, tokens: Int, runs: [Run], trunk: String? = nil) {
            self.label = label
            self.flops = flops
            self.tokens = tokens
            self.runs = runs
            self.trunk = trunk
        }
    }

    /// One run.
    package struct Run: Codable, Sendable, Hashable {
        package var seed: Int
        /// The run's name in the store.
        package var id: RunID

        package init(seed: Int, id: RunID) {
            self.seed = seed
            self.id = id
        }
    }

    /// All runs; those of the members for a family.
    package var runIDs: [RunID] {
        (family?.members.flatMap(\.places) ?? places).flatMap { $0.runs.map(\.id) }
    }

    package init(name: String, notes: String, recipe: String, places: [PlaceRuns], family: FamilyRuns? = nil) {
        self.name = name
        self.notes = notes
        self.recipe = recipe
        self.places = places
        self.family = family
    }
}
