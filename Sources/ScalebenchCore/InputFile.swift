// Opening files that somebody else may have written. Only regular files are opened: a named pipe would wait for a writer
// that may never come, and nothing could stop the waiting.

package import Foundation

/// Files that are read.
package enum InputFile {
    /// A handle on a regular file.
    /// - Throws: `notFound`, `invalidInput` for anything that is not a regular file, `inputOutput` for a file that cannot
    ///   be read.
    package static func open(_ path: String) throws -> FileHandle {
        // Without O_NONBLOCK opening a named pipe waits; on a regular file the flag means nothing.
        let descriptor = Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            guard code != ENOENT else {
                throw ScalebenchError(.notFound, "no such file", at: path, hint: "check the spelling of the path")
            }
            throw ScalebenchError(.inputOutput, "cannot be read", at: path, cause: String(cString: strerror(code)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            close(descriptor)
            throw ScalebenchError(
                .invalidInput, isFolder ? "this is a folder, a file was expected" : "this is not a regular file",
                at: path, hint: isFolder ? nil : "save its content to a file first")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// The same; nil where there is no such file, or none that may be read.
    package static func openIfPresent(_ path: String) -> FileHandle? { try? open(path) }

    /// The whole file.
    /// - Throws: what `open` throws.
    package static func read(_ path: String) throws -> Data {
        let handle = try open(path)
        defer { try? handle.close() }
        do {
            return try handle.readToEnd() ?? Data()
        } catch {
            throw ScalebenchError(.inputOutput, "cannot be read", at: path, cause: error.systemWords)
        }
    }
}
