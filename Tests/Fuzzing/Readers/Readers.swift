// The table of all readers of bytes from outside. A new reader gets a row in one of its parts.

/// Every reader.
package enum Readers {
    package static let all = configuration + tables + logs + tokens + runs + store

    package static func named(_ name: String) -> Reader? { all.first { $0.name == name } }
}
