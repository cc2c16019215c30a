// The executable: an entry point and nothing else, so that all of the tool can be tested as a library.

import ScalebenchCLI

@main struct Main {
    static func main() async { await runScalebench() }
}
