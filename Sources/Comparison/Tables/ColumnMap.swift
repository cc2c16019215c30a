// Which column of a file is which. What the user names comes first, then exact names, then other names that tools write.

import Foundation
import ScalebenchCore

/// The places of the columns of one table.
struct ColumnMap: Sendable {
    private(set) var places: [LossColumn: Int] = [:]
    /// The columns that were found by another name, in the order of `LossColumn`.
    private(set) var guessed: [LossColumn] = []
    /// What the numbers of a column are counted in, where its name says so.
    private(set) var units: [LossColumn: Double] = [:]

    /// Whether columns may have other names than the documented ones.
    let guessesOtherNames: Bool
    let header: [String]
    private let file: String

    /// Exact names alone.
    /// - Throws: `invalidInput` for a name that two columns have.
    init(exact header: [String], file: String) throws {
        self.header = header
        self.file = file
        guessesOtherNames = false
        for column in LossColumn.allCases { places[column] = try exactPlace(of: column) }
    }

    /// The names that the user gives, exact names, and other names.
    /// - Throws: `invalidInput` for a name that is not there, and one that two columns have.
    init(_ text: TableText, _ reading: TableReading, file: String) throws {
        header = text.header
        self.file = file
        guessesOtherNames = true
        let stated = try stated(reading)
        for column in LossColumn.allCases {
            if let place = stated[column] {
                places[column] = place
            } else if let place = try exactPlace(of: column) {
                places[column] = place
            }
        }
        let taken = Set(places.values)
        for column in LossColumn.allCases where places[column] == nil && stated[column] == nil {
            guard let place = try guess(column, text, without: taken) else { continue }
            places[column] = place
            guessed.append(column)
        }
        // Melted tables call their losses "value"; without a column of metrics the word says nothing.
        if let loss = places[.loss], guessed.contains(.loss), HeaderName(header[loss]).word == "value",
            places[.metric] == nil
        {
            places[.loss] = nil
            guessed.removeAll { $0 == .loss }
        }
        for (column, place) in places where column.isNumber && !column.names.contains(header[place]) {
            let unit = HeaderName(header[place]).unit
            if unit != 1, column.isCount { units[column] = unit }
        }
    }

    /// The same map with the losses in another column.
    mutating func setLoss(_ place: Int) {
        places[.loss] = place
        guessed.removeAll { $0 == .loss }
    }

    /// The place of a column that a filter names: by the header's name, or by what the column is.
    func place(ofFilter name: String) -> Int? {
        header.firstIndex(of: name) ?? header.firstIndex { $0.lowercased() == name.lowercased() }
            ?? LossColumn.called(name).flatMap { places[$0] }
    }

    // MARK: - What the user names

    private func stated(_ reading: TableReading) throws -> [LossColumn: Int?] {
        var stated: [LossColumn: Int?] = [:]
        for (role, name) in reading.columns {
            guard let column = LossColumn.called(role) else {
                let roles = LossColumn.allCases.map(\.optionName)
                throw ScalebenchError(
                    .invalidInput, "--columns knows no \"\(role)\"", at: file,
                    hint: NearestName.hint(role, among: roles, otherwise: "it takes \(roles.joined(separator: ", "))"))
            }
            guard stated[column] == nil else {
                throw ScalebenchError(.invalidInput, "--columns names \(role) twice", at: file, hint: "name it once")
            }
            stated[column] = .some(name.isEmpty || name == "-" ? nil : try Self.place(name, in: header, file: file))
        }
        return stated
    }

    /// The place of a column by its name: as it is written, else in other capitals, else as trackers and units change it.
    /// - Throws: `invalidInput` where no column, or several have the name.
    static func place(_ name: String, in header: [String], file: String) throws -> Int {
        for isCalled in [{ $0 == name }, { $0.lowercased() == name.lowercased() }] as [(String) -> Bool] {
            let found = header.indices.filter { isCalled(header[$0]) }
            guard found.count < 2 else {
                throw ScalebenchError(
                    .invalidInput, "two columns are called \(name)", at: "\(file):1", hint: "remove one, or rename it")
            }
            if let place = found.first { return place }
        }
        throw ScalebenchError(
            .invalidInput, "no column \"\(name)\"", at: "\(file):1",
            hint: NearestName.hint(name, among: header, otherwise: "columns: \(header.joined(separator: ", "))"))
    }

    // MARK: - What is found

    private func exactPlace(of column: LossColumn) throws -> Int? {
        if let twice = column.names.first(where: { name in header.filter { $0 == name }.count > 1 }) {
            throw ScalebenchError(
                .invalidInput, "two columns are called \(twice)", at: "\(file):1", hint: "remove one, or rename it")
        }
        return column.names.lazy.compactMap { header.firstIndex(of: $0) }.first
    }

    /// The one column that goes by another name. Several with equal cells count as one.
    private func guess(_ column: LossColumn, _ text: TableText, without taken: Set<Int>) throws -> Int? {
        var found = header.indices.filter { !taken.contains($0) && column.mayBeCalled(HeaderName(header[$0])) }
        if found.count > 1 {
            let likely = found.filter { !LossColumn.lastResort.contains(HeaderName(header[$0]).word) }
            found = likely.isEmpty ? found : likely
        }
        if found.count > 1, column == .candidate {
            let varying = found.filter { place in text.rows.contains { $0.cells[place] != text.rows[0].cells[place] } }
            found = varying.isEmpty ? found : varying
        }
        guard let first = found.first else { return nil }
        // The names of runs are only ever quoted in a hint.
        if column == .runName { return first }
        guard let other = found.first(where: { other in !text.rows.allSatisfy { $0.cells[other] == $0.cells[first] } })
        else { return first }
        let (a, b) = (header[first], header[other])
        throw ScalebenchError(
            .invalidInput, "two columns may be the \(column.word): \"\(a)\" and \"\(b)\"", at: "\(file):1",
            hint: Self.choice(column, a, b))
    }

    private static func choice(_ column: LossColumn, _ a: String, _ b: String) -> String {
        switch column {
        case .loss: "choose one with --metric '\(a)'; in compare, --metric all judges both"
        case .candidate: "say which: --columns 'candidate=\(a)', or both together: --columns 'candidate=\(a)+\(b)'"
        default: "say which: --columns '\(column.optionName)=\(a)'"
        }
    }
}

extension LossColumn {
    /// The word for it in sentences.
    var word: String {
        switch self {
        case .runName: "run's name"
        case .flops: "FLOPs"
        case .learningRate: "learning rate"
        case .tokensPerSecond: "tokens per second"
        default: rawValue
        }
    }
}
