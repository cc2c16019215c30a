// Who beats whom among several candidates, under the assumption of `BestOf`: given the reference's deviation w their gaps
// are independent, so that P(one gap is below another) is a sum over a grid of w.

extension BestOf {
    /// P(the row's loss is smaller than the column's), for one run of each; ½ on the diagonal.
    /// - Parameter chosen: the candidates in the order of rows and columns; 0 is the reference, 1 the first of `gaps`.
    package static func duels(_ gaps: [GapDistribution], among chosen: [Int]) -> [[Double]] {
        let tables = tables(gaps)
        let ofChosen = chosen.map { index in index > 0 ? tables[index - 1] : nil }
        var result = chosen.map { _ in chosen.map { _ in 0.5 } }
        var masses: [[[Double]]] = ofChosen.map { table in
            table.map { table in deviations.map { table.masses($0) } } ?? []
        }
        // The reference's gap to itself is zero whatever its deviation is.
        for index in masses.indices where ofChosen[index] == nil { masses[index] = deviations.map { _ in [1] } }
        for row in chosen.indices {
            for column in chosen.indices where column > row {
                let rows = ofChosen[row]?.gaps ?? [0], columns = ofChosen[column]?.gaps ?? [0]
                let sum = deviations.indices.reduce(0.0) { sum, node in
                    sum + probabilityBelow(rows, masses[row][node], columns, masses[column][node])
                }
                result[row][column] = min(max(sum / Double(deviations.count), 0), 1)
                result[column][row] = 1 - result[row][column]
            }
        }
        return result
    }

    /// P(a value of the first distribution is below one of the second), of equal values a half. Values ascend.
    private static func probabilityBelow(
        _ values: [Double], _ masses: [Double], _ others: [Double], _ otherMasses: [Double]
    ) -> Double {
        var above = otherMasses.reduce(0, +), next = 0, sum = 0.0
        for (value, mass) in zip(values, masses) {
            while next < others.count, others[next] < value {
                above -= otherMasses[next]
                next += 1
            }
            var tied = 0.0, place = next
            while place < others.count, others[place] == value {
                tied += otherMasses[place]
                place += 1
            }
            sum += mass * (above - tied / 2)
        }
        return sum
    }
}
