// The runs of one launch: which comes next, how those that have ended did, and how many cores each has.

import ScalebenchCore
import Synchronization

/// Runs that several processes take, each at most once.
final class RunQueue: Sendable {
    /// A run by its place in the order that was asked for.
    struct Run: Sendable {
        let index: Int
        let folder: RunFolder
    }

    private struct State {
        var waiting: [Int]
        /// The runs that have not ended.
        var open: Set<RunFolder>
        var results: [LaunchResult]
        /// The cores of each run that is under way.
        var cores: [Int: Int] = [:]
    }

    private let folders: [RunFolder]
    private let predecessors: [RunFolder: RunFolder]
    private let cores: Int
    private let stop: StopRequest
    private let isWanted: @Sendable (RunFolder) -> Bool
    private let onEvent: @Sendable (LaunchEvent) -> Void
    private let state: Mutex<State>
    /// An element at the start, and for every run that has ended.
    let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// - Parameter onEvent: called from several tasks, one call at a time.
    init(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], cores: Int, stop: StopRequest,
        isWanted: @escaping @Sendable (RunFolder) -> Bool, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) {
        self.folders = folders
        self.predecessors = predecessors
        self.cores = cores
        self.stop = stop
        self.isWanted = isWanted
        self.onEvent = onEvent
        let results = folders.map { LaunchResult(folder: $0, status: .notStarted) }
        state = Mutex(State(waiting: Array(folders.indices), open: Set(folders), results: results))
        (changes, change) = AsyncStream.makeStream()
        change.yield()
    }

    var results: [LaunchResult] { state.withLock { $0.results } }

    func cores(of run: Run) -> Int { state.withLock { $0.cores[run.index] ?? 0 } }

    /// Whether no run is under way.
    var isIdle: Bool { state.withLock { $0.cores.isEmpty } }

    /// The first run whose predecessor has ended and that is still wanted, with one core; nil where none can begin, or as
    /// many are under way as there are cores.
    func next() -> Run? { state.withLock { next(&$0) } }

    /// Notes how a run ended.
    func end(_ run: Run, _ status: LaunchResult.Status) {
        state.withLock { end(run, status, &$0) }
        change.yield()
    }

    /// Notes that a run is complete, and takes the next one in its place.
    func complete(_ run: Run) -> Run? {
        defer { change.yield() }
        return state.withLock { state in
            end(run, .finished, &state)
            return next(&state)
        }
    }

    private func next(_ state: inout State) -> Run? {
        defer { spread(&state) }
        while !stop.isRequested, state.cores.count < cores, let place = ready(state) {
            let index = state.waiting.remove(at: place)
            guard isWanted(folders[index]) else {
                state.open.remove(folders[index])
                continue
            }
            state.cores[index] = 1
            onEvent(.started(folders[index]))
            return Run(index: index, folder: folders[index])
        }
        return nil
    }

    private func end(_ run: Run, _ status: LaunchResult.Status, _ state: inout State) {
        state.results[run.index].status = status
        state.open.remove(run.folder)
        state.cores[run.index] = nil
        onEvent(.finished(state.results[run.index]))
    }

    private func ready(_ state: State) -> Int? {
        state.waiting.firstIndex { index in predecessors[folders[index]].map { !state.open.contains($0) } ?? true }
    }

    /// Where no run can begin, gives the free cores to the runs that have the fewest. What a run has, it keeps. A run that
    /// waits for another one takes over a core of it.
    private func spread(_ state: inout State) {
        guard ready(state) == nil else { return }
        var free = cores - state.cores.values.reduce(0, +)
        while free > 0, let poorest = state.cores.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key {
            state.cores[poorest]! += 1
            free -= 1
        }
    }
}
