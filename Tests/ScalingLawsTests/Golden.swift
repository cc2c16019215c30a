// Reference values beside this file, written by Golden/reference.py with NumPy and SciPy.

import Foundation
import ScalingLaws

enum Golden {
    struct Law: Decodable {
        var scales: [[Double]]
        var losses: [Double]
        var delta: Double
        var fit: Fit
    }

    struct Fit: Decodable {
        var floor: Double
        var objective: Double
        var terms: [ScaleLaw.Term]
    }

    struct Curve: Decodable {
        var scale: Double?
        var progress: [Double]
        var losses: [Double]

        func curve() throws -> TrainingCurve { try TrainingCurve(progress: progress, losses: losses) }
    }

    struct Curves: Decodable {
        struct Template: Decodable {
            var quantiles: [Double]
            var collapseResidual: Double
        }
        struct Alone: Decodable {
            var place: Double
            var logLoss: Double
        }

        var rungs: [Curve]
        var start: Curve
        var end: Double
        var scale: Double
        var template: Template
        var single: Curve
        var alone: Alone
    }

    static func laws() throws -> [Law] { try read("laws") }
    static func curves() throws -> Curves { try read("curves") }

    private static func read<Value: Decodable>(_ name: String) throws -> Value {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).json")
        return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    }
}
