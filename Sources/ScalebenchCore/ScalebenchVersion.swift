/// The version of the tool; recorded in every run and result.
package enum ScalebenchVersion {
    package static let current = "0.1.0"
}
