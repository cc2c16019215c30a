// Reads whole files that somebody else may have written.

package import Foundation

/// Files that are read as a whole.
package enum InputFile {
    /// The bytes of a file.
    /// - Throws: `notFound` for no file, `invalidInput` for a folder, `inputOutput` for a file that cannot be read.
    package static func read(_ path: String) throws -> Data {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ScalebenchError(.notFound, "no such file", at: path, hint: "check the spelling of the path")
        }
        guard !isFolder.boolValue else {
            throw ScalebenchError(.invalidInput, "this is a folder, a file was expected", at: path)
        }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ScalebenchError(.inputOutput, "cannot be read", at: path, cause: error.localizedDescription)
        }
    }
}
