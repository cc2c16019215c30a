// Reading at any place of a file, for shards that may be larger than memory.

import Foundation
import ScalebenchCore

/// An open regular file. Symbolic links are refused: a data set's files lie in its own folder.
final class ShardFile {
    let path: String
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT:
                throw ScalebenchError(
                    .damagedData, "the shard is missing", at: path,
                    hint: "restore the file, or remove the folder to have the data set made again"
                )
            case ELOOP:
                throw ScalebenchError(
                    .invalidInput, "the shard is a symbolic link", at: path,
                    hint: "put the file itself into the data set's folder")
            default:
                throw ScalebenchError(
                    .inputOutput, "cannot be opened", at: path, cause: String(cString: strerror(errno)))
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ScalebenchError(.damagedData, "not a regular file", at: path)
        }
        self.path = path
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Exactly `count` bytes from `offset`; throws where the file ends before.
    func read(at offset: Int, count: Int) throws -> Data {
        var data = Data(count: count)
        try data.withUnsafeMutableBytes { try read(at: offset, into: $0) }
        return data
    }

    /// Fills `buffer` from `offset`.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if got > 0 {
                done += got
            } else if got == 0 {
                throw ScalebenchError(
                    .damagedData, "the file ends too early", at: path,
                    hint: "restore it, or remove the folder to have the data set made again")
            } else if errno != EINTR {
                throw ScalebenchError(
                    .inputOutput, "cannot be read", at: path, cause: String(cString: strerror(errno)))
            }
        }
    }
}
