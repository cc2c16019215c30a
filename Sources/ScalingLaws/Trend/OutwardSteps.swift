// The way of a process that starts at 0 and goes both ways. Draws at the same coordinates share it, because sorting the
// coordinates for every draw takes as long as drawing.

/// The steps from 0 outward, to the negative side and to the positive one.
struct OutwardSteps: Sendable {
    /// A step to the coordinate of this index, of this length.
    struct Step: Sendable {
        var index: Int
        var length: Double
    }

    let count: Int
    let sides: [[Step]]

    init(to coordinates: [Double]) {
        count = coordinates.count
        sides = [-1.0, 1].map { side in
            var last = 0.0
            let outward = coordinates.indices.filter { side * coordinates[$0] > 0 }.sorted {
                abs(coordinates[$0]) < abs(coordinates[$1])
            }
            return outward.map { index in
                defer { last = abs(coordinates[index]) }
                return Step(index: index, length: abs(coordinates[index]) - last)
            }
        }
    }
}
