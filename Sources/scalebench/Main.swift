import ScalebenchCLI

@main struct Main {
    static func main() async { await runScalebench() }
}
