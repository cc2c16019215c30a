// Files inside the binary, so that it works alone in an empty folder. They are links into Suites/ and datasets/; their
// names are `<suite>.suite.json`, `<suite>.<candidate>.json` and `<data set>.dataset.json`.

package import Foundation

/// Files that the binary carries.
package enum EmbeddedFiles {
    /// The suite that is used when none is named.
    package static let defaultSuite = "lr-rule"

    /// The file of each suite, by the suite's name.
    package static let suites: [String: Data] = [
        "lr-rule": Data(PackageResources.lr_rule_suite_json)
    ]

    /// The file of each candidate, by the suite's name and then its own.
    package static let candidates: [String: [String: Data]] = [
        "lr-rule": [
            "constant": Data(PackageResources.lr_rule_constant_json),
            "inverse-width": Data(PackageResources.lr_rule_inverse_width_json),
        ]
    ]

    /// The manifest of each data set, by its name.
    package static let datasets: [String: Data] = [
        "known-entropy": Data(PackageResources.known_entropy_dataset_json)
    ]
}
