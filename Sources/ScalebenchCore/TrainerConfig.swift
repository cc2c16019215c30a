// Who trains a run.

/// The trainer of a candidate, with everything about it that changes the result.
package enum TrainerConfig: Sendable, Hashable {
    /// scalebench's own CPU trainer.
    case builtin
    /// A synthetic run: a closed-form law instead of a model, so that the pipeline can be tested against a known truth.
    case synthetic(SyntheticLaw)
    /// A program that the user supplies.
    case command(CommandTrainer)

    /// It changes whenever the same spec would give other numbers, and is part of every run's identity.
    package var version: String {
        switch self {
        case .builtin: "builtin-2"
        case .synthetic: "planted-1"
        case .command: "command-1"
        }
    }

    /// The names used in JSON.
    package enum Name: String, CaseIterable {
        case builtin
        case synthetic = "planted"
        case command
    }
}

/// Loss of a synthetic run: floor + amplitude · (flops / 1e12)^(−exponent) + noise · normal(seed), in nats per token.
package struct SyntheticLaw: Codable, Sendable, Hashable {
    package var floor: Double
    package var amplitude: Double
    package var exponent: Double
    /// Standard deviation of the final loss over seeds.
    package var noise: Double
    /// The width from which on every run diverges; 0 for never.
    package var divergesFromWidth: Int
    /// Seconds that each step takes, so that interruptions can be tested.
    package var secondsPerStep: Double
}

extension TrainerConfig: Codable {
    private enum Keys: String, CodingKey { case type, law }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        switch try container.decode(String.self, forKey: .type) {
        case Name.builtin.rawValue: self = .builtin
        case Name.synthetic.rawValue: self = .synthetic(try container.decode(SyntheticLaw.self, forKey: .law))
        case Name.command.rawValue: self = .command(try CommandTrainer(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "unknown trainer type \"\(other)\"")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .builtin: try container.encode(Name.builtin.rawValue, forKey: .type)
        case .synthetic(let law):
            try container.encode(Name.synthetic.rawValue, forKey: .type)
            try container.encode(law, forKey: .law)
        case .command(let trainer):
            try container.encode(Name.command.rawValue, forKey: .type)
            try trainer.encode(to: encoder)
        }
    }
}

extension TrainerConfig {
    /// Reads an object such as `{ "type": "builtin" }` of a candidate file in `folder`, which is nil for embedded text.
    static func read(_ reader: ConfigReader, folder: String?) throws -> (TrainerConfig, TrainerLaunch?) {
        let name: Name = try reader.choice("type")
        switch name {
        case .builtin:
            try reader.finish()
            return (.builtin, nil)
        case .command:
            let (trainer, launch) = try CommandTrainer.read(reader, folder: folder)
            try reader.finish()
            return (.command(trainer), launch)
        case .synthetic:
            let law = try reader.object("law")
            let config = TrainerConfig.synthetic(
                SyntheticLaw(
                    floor: try law.number("floor", in: 0...100), amplitude: try law.number("amplitude", in: 0...1e6),
                    exponent: try law.number("exponent", in: 0...4),
                    noise: try law.number("noise", in: 0...10, default: 0),
                    divergesFromWidth: try law.integer("divergesFromWidth", in: 0...1_000_000, default: 0),
                    secondsPerStep: try law.number("secondsPerStep", in: 0...60, default: 0)))
            try law.finish()
            try reader.finish()
            return (config, nil)
        }
    }
}
