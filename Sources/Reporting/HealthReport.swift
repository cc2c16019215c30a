// The findings of `doctor`, for a terminal and as JSON.

package import Foundation
import ScalebenchCore

/// One thing that `doctor` looked at.
package struct HealthCheck: Codable, Sendable, Equatable {
    package var section: String
    package var name: String
    package var status: Status
    package var value: String
    /// Advice, down to the line to type; nil where nothing is to be done.
    package var advice: String?

    package enum Status: String, Codable, Sendable {
        case ok
        /// It is not there, but most work does not need it.
        case missing
        /// It works, but not as it should.
        case warning
        /// Comparisons cannot work.
        case broken
    }

    package init(_ section: String, _ name: String, _ value: String, status: Status = .ok, advice: String? = nil) {
        self.section = section
        self.name = name
        self.status = status
        self.value = value
        self.advice = advice
    }
}

/// All checks together.
package struct HealthReport: Codable, Sendable {
    /// The layout of this document.
    package var schemaVersion = 1
    package var scalebenchVersion = ScalebenchVersion.current
    package var checks: [HealthCheck]

    package init(checks: [HealthCheck]) { self.checks = checks }

    package var isBroken: Bool { checks.contains { $0.status == .broken } }

    package func json() throws -> Data {
        try JSONDocument.pretty(self)
    }

    /// The checks by section, in order of appearance; ends with a newline.
    /// - Parameter work: what does not work where something is broken.
    package func text(of work: String = "comparisons") -> String {
        var lines: [String] = [], section = ""
        let width = checks.map(\.name.count).max() ?? 0
        for check in checks {
            if check.section != section {
                if !lines.isEmpty { lines.append("") }
                lines.append(check.section)
                section = check.section
            }
            let padding = String(repeating: " ", count: width - check.name.count + 3)
            let value = SafeText.line(check.value, limit: 200)
            lines.append("\(mark(check.status)) \(check.name)\(padding)\(value)")
            if let advice = check.advice { lines.append("  → \(SafeText.line(advice, limit: 400))") }
        }
        let count = { (status: HealthCheck.Status) in checks.count { $0.status == status } }
        let broken = count(.broken), warnings = count(.warning)
        let summary =
            broken > 0
            ? "\(broken) broken: \(work) will not work."
            : warnings > 0 ? "Everything works, with \(Quantity.count(warnings, "warning"))." : "All is well."
        return (lines + ["", summary]).joined(separator: "\n") + "\n"
    }

    private func mark(_ status: HealthCheck.Status) -> String {
        switch status {
        case .ok: " "
        case .missing: "·"
        case .warning: "!"
        case .broken: "✗"
        }
    }
}
