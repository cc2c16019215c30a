// Files that are written. Whatever goes wrong, the error names the file and says why in the system's own words.

package import Foundation

/// A new file, open for writing.
package final class OutputFile {
    /// The path that errors name.
    private let name: String
    private var descriptor: Int32

    /// Creates the file, or empties the one that is there.
    /// - Parameter name: the path that errors name, where the file will be renamed; by default its own.
    package init(_ path: String, shownAs name: String? = nil) throws {
        self.name = name ?? path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.failure(self.name, errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends all the bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, min($0.count, 1 << 30)) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure(name, written < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(written)
        }
    }

    package func write(_ data: Data) throws { try data.withUnsafeBytes { try write($0) } }

    /// Returns once everything is on disk, and closes the file.
    package func finish() throws {
        // EINVAL means that the file cannot be flushed (a pipe or a device).
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.failure(name, errno) }
        let status = close(descriptor)
        descriptor = -1
        // The kernel has closed the file also where it was interrupted.
        guard status == 0 || errno == EINTR else { throw Self.failure(name, errno) }
    }

    package static func failure(_ path: String, _ code: Int32) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "cannot be written", at: path,
            hint: code == EIO
                ? "the disk, or the connection to it, fails: choose another folder"
                : "check that the folder exists, is writable and has space",
            cause: String(cString: strerror(code)))
    }
}

extension Error {
    /// What the system calls the cause of an error of Foundation, whose own words are made for windows and may be a bare
    /// number.
    package var systemWords: String {
        if let posix = self as? POSIXError { return String(cString: strerror(posix.code.rawValue)) }
        let error = self as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { return cause.systemWords }
        return localizedDescription
    }
}
