// Settings that came after runs had been stored. A run's name is the hash of its canonical JSON, so a new setting may
// appear there only where it is used: otherwise every stored run would lose its name.

/// A type with one value that says "as before this setting existed".
package protocol HasNeutralValue: Codable, Sendable, Hashable {
    static var neutral: Self { get }
}

extension Double: HasNeutralValue {
    package static var neutral: Double { 0 }
}

/// A setting that is left out of JSON where it has its type's neutral value, which is also what its absence means.
@propertyWrapper
package struct OmittedAtDefault<Value: HasNeutralValue>: Codable, Sendable, Hashable {
    package var wrappedValue: Value

    package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
}

// The compiler's synthesized `Codable` calls these for wrapped properties, because they are more specific than the
// methods of the standard library.
extension KeyedEncodingContainer {
    package mutating func encode<Value>(_ setting: OmittedAtDefault<Value>, forKey key: Key) throws {
        if setting.wrappedValue != Value.neutral { try encode(setting.wrappedValue, forKey: key) }
    }
}

extension KeyedDecodingContainer {
    package func decode<Value>(
        _: OmittedAtDefault<Value>.Type, forKey key: Key
    ) throws -> OmittedAtDefault<Value> {
        OmittedAtDefault(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? .neutral)
    }
}
