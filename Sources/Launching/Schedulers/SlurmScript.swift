// The script of a job array: task n carries out the n-th run of a list. Line by line:
//   - Slurm's warning before the end of the time (USR1, to the shell alone) is passed on to `scalebench run`, which
//     writes a checkpoint and exits with 75. So is the SIGTERM that comes with a preemption. The warning may come before
//     the run listens to it: the run then ends with 143, which means the same.
//   - After 75 the task is queued again, unless `scalebench runs stop` ended it. It then goes on from its checkpoint.

import ScalebenchCore

struct SlurmScript {
    let config: SlurmConfig
    let resources: JobResources
    let program: String
    /// The name of the array.
    let name: String
    /// The folder of the launch, in which the list of runs lies and to which the tasks print.
    let folder: String
    /// The list of runs: per line the number of the submission, a tab, and the run's folder.
    let list: String
    let tasks: Int

    var text: String {
        (["#!/bin/bash"] + directives.map { "#SBATCH \($0)" } + body).joined(separator: "\n") + "\n"
    }

    private var directives: [String] {
        let limit = config.options.maxParallel.map { "%\($0)" } ?? ""
        var lines = [
            "--job-name=\(name)", "--array=0-\(tasks - 1)\(limit)",
            "--output=\(Self.quoted("\(folder)/\(list)-%a.log"))", "--open-mode=append", "--requeue",
            "--signal=B:USR1@\(config.warningSeconds)",
        ]
        lines += resources.partition.map { ["--partition=\(Self.quoted($0))"] } ?? []
        lines += resources.account.map { ["--account=\(Self.quoted($0))"] } ?? []
        lines += resources.time.map { ["--time=\(Self.quoted($0))"] } ?? []
        lines += resources.cpus.map { ["--cpus-per-task=\($0)"] } ?? []
        lines += resources.gpus.map { $0 > 0 ? ["--gpus=\($0)"] : [] } ?? []
        lines += resources.memory.map { ["--mem=\(Self.quoted($0))"] } ?? []
        for (name, value) in resources.options.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .bool(true): lines.append("--\(name)")
            case .bool(false): break
            case .string(let text): lines.append("--\(name)=\(Self.quoted(text))")
            default: lines.append("--\(name)=\(value.canonicalText)")
            }
        }
        return lines
    }

    private var body: [String] {
        [
            "# Written by scalebench: task n carries out the run on line n + 1 of the list.",
            "line=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" \(Self.quoted("\(folder)/\(list)"))) || exit 1",
            "submission=${line%%$'\\t'*} folder=${line#*$'\\t'}",
            "exec >>\"$folder/job.log\" 2>&1",
            "run= stopped=",
            "trap 'stopped=1; [ -z \"$run\" ] || kill -TERM $run' TERM USR1",
        ] + config.setup + [
            "\(Self.quoted(program)) run \"$folder\" --submission \"$submission\" "
                + "--workers \"${SLURM_CPUS_PER_TASK:-1}\" &",
            "run=$!",
            "[ -z \"$stopped\" ] || kill -TERM $run",
            "wait $run; status=$?",
            "while [ -n \"$stopped\" ]; do stopped=; wait $run; last=$?; [ $last = 127 ] || status=$last; done",
            "[ $status != 143 ] || status=\(StopRequest.exitStatus)",
            "if [ $status = \(StopRequest.exitStatus) ] && [ ! -e \"$folder/submissions/$submission.stop\" ]; then",
            "  scontrol requeue \"$SLURM_JOB_ID\"",
            "fi",
            "exit $status",
        ]
    }

    /// A word for bash and for `#SBATCH`, which takes quotes the same way.
    private static func quoted(_ text: String) -> String {
        text.wholeMatch(of: /[A-Za-z0-9_\/.,:=%@+-]+/) != nil ? text : "'\(text.replacing("'", with: #"'\''"#))'"
    }
}
