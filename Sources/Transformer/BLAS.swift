// The process-wide state of OpenBLAS. Parallel work is done by processes and our own workers, each calling BLAS with
// one thread: its own threading loses at the shapes of small models.

import COpenBLAS

package enum BLAS {
    /// Makes every later call run on the calling thread alone. Idempotent.
    package static func useOneThread() { openblas_set_num_threads(1) }

    /// Version, build options and the processor kind that was detected: part of what decides the last bits of a result.
    package static var description: String {
        "\(String(cString: openblas_get_config()).trimmingSuffix(" ")) core \(String(cString: openblas_get_corename()))"
    }
}

extension KernelPath {
    /// What decides the last bits of a result on this machine, as runs record it.
    package static var facts: [String: String] { ["blas": BLAS.description, "kernels": best.rawValue] }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> Substring {
        self[..<(lastIndex { $0 != character }.map(index(after:)) ?? startIndex)]
    }
}
