// What the binary carries so that it works alone in an empty folder. The files are links into Suites/ and datasets/;
// their names are `<suite>.suite.json`, `<suite>.<candidate>.json` and `<data set>.dataset.json`.

package import Foundation

package enum EmbeddedFiles {
    /// The suite compared when none is named.
    package static let defaultSuite = "lr-rule"

    /// Suite name → its file.
    package static let suites: [String: Data] = [
        "lr-rule": Data(PackageResources.lr_rule_suite_json)
    ]

    /// Suite name → candidate name → its file.
    package static let candidates: [String: [String: Data]] = [
        "lr-rule": [
            "constant": Data(PackageResources.lr_rule_constant_json),
            "inverse-width": Data(PackageResources.lr_rule_inverse_width_json),
        ]
    ]

    /// Data set name → its manifest.
    package static let datasets: [String: Data] = [
        "known-entropy": Data(PackageResources.known_entropy_dataset_json)
    ]
}
