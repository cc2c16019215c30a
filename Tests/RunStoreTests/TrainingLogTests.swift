// Short versions of logs as the trainers write them.

import Foundation
import RunStore
import ScalebenchCore
import Testing

struct TrainingLogTests {
    private func read(_ text: String, stepColumn: String? = nil) throws -> TrainingLog {
        try TrainingLog(Data(text.utf8), file: "log", stepColumn: stepColumn)
    }

    private func points(_ log: TrainingLog, _ metric: String, run: Int = 0) -> [[Double]] {
        log.runs[run].series.first { $0.metric == metric }?.points.map { [Double($0.step), $0.value] } ?? []
    }

    @Test func llmC() throws {
        let log = try read("s:0 tel:11.0098\ns:1 trl:11.0092 lr:0.000001 norm:15.9\ns:250 tel:6.51\ns:250 eval:0.25\n")
        #expect(log.format.name == "llm.c")
        #expect(points(log, "val_loss") == [[0, 11.0098], [250, 6.51]])
        #expect(points(log, "train_loss") == [[1, 11.0092]])
    }

    @Test func commasGroupDigitsOrSeparateNumbers() throws {
        let log = try read("s:0 tel:1,234.5\ns:1 tel:1,2,3\ns:2 tel:6.5, lr:0.1\n")
        #expect(points(log, "val_loss") == [[0, 1234.5], [2, 6.5]])
    }

    @Test func blankLinesOfJSONCount() throws {
        let blank = String(repeating: "\n", count: 1000)
        let log = try read("{\"step\":1,\"val_loss\":3}" + blank + "{\"step\":2,\"val_loss\":2.5}")
        #expect(points(log, "val_loss") == [[1, 3], [2, 2.5]])
        #expect { try read("{\"step\":1,\"val_loss\":3}" + blank + "{x}\n") } throws: {
            ($0 as? ScalebenchError)?.location == "log:1001"
        }
    }

    /// The file begins with the training script, whose own format strings must not be taken for results.
    @Test func moddedNanoGPT() throws {
        let log = try read(
            """
            import torch
            print0(f'step:{step}/{args.num_iterations} val_loss:{val_loss:.4f} train_time:{t:.0f}ms')
            ====================
            step:0/1750 val_loss:10.8258 train_time:0ms step_avg:0.14ms
            step:1/1750 train_loss:10.8190 train_time:110ms
            step:125/1750 val_loss:4.5678 train_time:12130ms step_avg:97.04ms
            """)
        #expect(log.format.name == "modded-nanogpt")
        #expect(points(log, "val_loss") == [[0, 10.8258], [125, 4.5678]])
    }

    @Test func nanochatWithItsScale() throws {
        let log = try read(
            """
            Number of parameters: 560,988,160
            Total number of training tokens: 131,072,000
            Total training FLOPs estimate: 1.051412e+16
            Step 00000 | Validation bpb: 3.169725
            step 00001/00500 (0.20%) | loss: 10.392339 | lrm: 0.05 | dt: 2485.81ms | tok/sec: 105,456
            Step 00250 | Validation bpb: 0.812345
            """)
        #expect(log.format.name == "nanochat")
        #expect(points(log, "val_bpb") == [[0, 3.169725], [250, 0.812345]])
        #expect(points(log, "train_loss") == [[1, 10.392339]])
        let facts = log.runs[0].facts
        #expect(facts.parameters?.value == 560_988_160 && facts.tokens?.value == 131_072_000)
        #expect(facts.flops?.value == 1.051412e16)
        #expect(MetricChoice.unit(of: "val_bpb") == .bitsPerByte)
    }

    /// Later versions count the parameters in a table.
    @Test func nanochatThatWasStopped() throws {
        let text = """
            Parameter counts:
            wte                     : 8,388,608
            total                   : 285,214,240
            Step 00000 | Validation bpb: 3.228247
            step 00050/00200 (25.00%) | loss: 8.966355 | lrm: 0.03 | dt: 1343.33ms | tok/sec: 12,196
            """
        let stopped = try read(text).runs[0]
        #expect(stopped.facts.parameters?.value == 285_214_240)
        #expect(stopped.incomplete == "it ends at step 50 of 200")
        #expect(try read(text + "\nStep 00200 | Validation bpb: 1.2\n").runs[0].incomplete == nil)
    }

    @Test func nanoGPTWithItsScale() throws {
        let log = try read(
            """
            tokens per iteration will be: 491,520
            number of parameters: 123.59M
            step 0: train loss 10.9886, val loss 10.9898
            iter 0: loss 10.9886, time 120.31ms, mfu -100.00%
            step 250: train loss 6.1, val loss 6.2034
            iter 250: loss 6.15, time 120.31ms, mfu 41.20%
            """)
        #expect(log.format.name == "nanogpt")
        #expect(points(log, "val_loss") == [[0, 10.9898], [250, 6.2034]])
        #expect(points(log, "train_loss") == [[0, 10.9886], [250, 6.1]])
        #expect(points(log, "iter_loss") == [[0, 10.9886], [250, 6.15]])
        #expect(log.runs[0].facts.parameters?.value == 123_590_000 && log.runs[0].tokensPerStep == 491_520)
    }

    /// Its steps overwrite each other on one line of the terminal.
    @Test func autoresearch() throws {
        let steps = (0..<3).map { "\rstep 0000\($0) (0.\($0)%) | loss: \(9 - $0).5 | lrm: 1.00 | dt: 300ms    " }
            .joined()
        let log = try read(
            steps + "\nTraining completed in 300.1s\n---\nval_bpb:          0.997900\ntotal_tokens_M:   499.6\n"
                + "num_steps:        953\nnum_params_M:     50.3\ndepth:            8\n")
        #expect(log.format.name == "autoresearch")
        #expect(points(log, "val_bpb") == [[953, 0.9979]])
        #expect(points(log, "train_loss") == [[0, 9.5], [1, 8.5], [2, 7.5]])
        #expect(log.runs[0].facts.parameters?.value == 50_300_000 && log.runs[0].facts.tokens?.value == 499_600_000)
    }

    @Test func epochsAreStepsWhereNothingElseCountsThem() throws {
        let log = try read("epoch,accuracy,loss,val_loss\n0,0.1,3,3.5\n1,0.2,2.5,3.25\n")
        #expect(points(log, "val_loss") == [[0, 3.5], [1, 3.25]])
    }

    /// A long table: what tells its runs apart is in columns of its own.
    @Test func columnsOfLabelsMakeRuns() throws {
        let log = try read("optimizer,n_params,seed,step,val_loss\nadamw,1M,0,1,5\nadamw,1M,0,2,4\nmuon,1M,0,1,3\n")
        #expect(log.runs.map(\.name) == ["adamw 1M 0", "muon 1M 0"])
        #expect(points(log, "val_loss") == [[1, 5], [2, 4]])
        #expect(log.runs[1].facts.candidate?.value == "muon" && log.runs[1].facts.parameters?.value == 1e6)
    }

    /// The settings, counts and summary of levanter, and the file of final values that it writes beside checkpoints.
    @Test func levanterStatesLabels() throws {
        let log = try read(
            """
            {"event": "hparams", "hparams": {"optimizer": {"type": "muon", "lr": 0.1}, "trainer": {"seed": 2}}}
            {"event": "log", "step": 5, "metrics": {"eval/loss": 3.5, "throughput/total_tokens": 1000}}
            {"event": "log", "step": 9, "metrics": {"throughput/total_tokens": 2000, "throughput/total_gflops": 3}}
            {"event": "summary", "metrics": {"parameter_count": 125000}}
            """)
        let facts = log.runs[0].facts
        #expect(facts.candidate?.value == "muon" && facts.seed?.value == 2 && facts.parameters?.value == 125_000)
        #expect(facts.tokens?.value == 2000 && facts.flops?.value == 3e9)
        let summary = try read(
            #"{"config": {"optimizer": {"type": "adam"}}, "summary": {"_step": 7, "eval/loss": 3, "parameter_count": 9}}"#
        )
        #expect(points(summary, "eval/loss") == [[7, 3]])
        #expect(summary.runs[0].facts.candidate?.value == "adam" && summary.runs[0].facts.parameters?.value == 9)
    }

    @Test func aListOfObjectsIsALog() throws {
        let log = try read("[{\"step\": 1, \"val_loss\": 3},\n {\"step\": 2, \"val_loss\": NaN}]")
        #expect(log.format.name == "jsonl" && points(log, "val_loss").count == 2)
    }

    @Test func aLineThatIsCutOffIsLeftOut() throws {
        let log = try read("{\"step\":1,\"val_loss\":3}\n{\"step\":2,\"val_")
        #expect(points(log, "val_loss") == [[1, 3]])
        #expect(log.runs[0].notes == ["the last line is cut off"])
    }

    @Test func wandbChart() throws {
        let log = try read(
            """
            "Step","muon - a - eval/loss","muon - a - eval/loss__MIN","muon - a - eval/loss__MAX","adam - eval/loss"
            "0","10.5","10.5","10.5",""
            "100","4.25","4.25","4.25","4.5"
            "200","NaN","NaN","NaN","4.125"
            """)
        #expect(log.format.name == "wandb-chart")
        #expect(log.runs.map(\.name) == ["muon - a", "adam"])
        #expect(log.runs.allSatisfy { $0.series.map(\.metric) == ["eval/loss"] })
        #expect(points(log, "eval/loss", run: 1) == [[100, 4.5], [200, 4.125]])
        #expect(points(log, "eval/loss").count == 3 && points(log, "eval/loss")[2][1].isNaN)
    }

    @Test func historyTable() throws {
        let log = try read(",_step,_runtime,train/loss,val/loss,tag\n0,0,1.5,10.9,,x\n1,100,9.5,5.5,5.75,x\n")
        #expect(log.format.name == "csv" && log.runs.count == 1)
        #expect(points(log, "val/loss") == [[100, 5.75]])
        #expect(try MetricChoice.choose(nil, in: log.runs[0], file: "log").metric == "val/loss")
    }

    @Test func aRunColumnMakesRuns() throws {
        let log = try read("run,step,loss\nb,1,5\nb,2,4\na,1,6\n")
        #expect(log.runs.map(\.name) == ["b", "a"])
        #expect(points(log, "loss") == [[1, 5], [2, 4]])
    }

    @Test func levanterAndFlatLines() throws {
        let levanter = try read(
            """
            {"tracker": "json_logger", "event": "hparams", "hparams": {"seed": 1}}
            INFO {"tracker": "json_logger", "event": "log", "step": 5, "metrics": {"eval": {"loss": 3.5}, "lr": NaN}}
            {"tracker": "json_logger", "event": "finish", "summary": {"eval/loss": 3.5}}
            """)
        #expect(levanter.format.name == "jsonl")
        #expect(points(levanter, "eval/loss") == [[5, 3.5]])
        let flat = try read("{\"_step\":1,\"val_loss\":4}\n{\"_step\":2,\"val_loss\":\"NaN\"}\n")
        #expect(points(flat, "val_loss").count == 2)
        let named = try read("{\"t\":1,\"val_loss\":4}", stepColumn: "t")
        #expect(points(named, "val_loss") == [[1, 4]])
    }

    @Test func aResumedLogCountsEachStepOnce() throws {
        let log = try read("s:0 tel:9\ns:100 tel:5\ns:200 tel:4\ns:100 tel:5.5\n")
        #expect(points(log, "val_loss") == [[0, 9], [100, 5.5], [200, 4]])
    }

    @Test(arguments: [
        ("", "no known format"), ("hello\nworld\n", "no known format"), ("a,b\n1,2\n", "no column of steps"),
        ("step,loss\n0.5,3\n", "log:2: step \"0.5\" is not a whole number"),
        ("Relative Time,x - loss,x - loss__MIN\n0.5,3,3\n", "no column of steps"),
        ("{\"loss\":1}\n", "no line has a step"),
        ("{\"step\":1\n", "log:1: not a JSON object"), ("step,loss\n", "no numbers over steps"),
        ("step,loss\n1,2,3\n", "log:2: 3 cells, the header has 2"),
    ])
    func mistakesAreNamed(text: String, message: String) {
        #expect { _ = try read(text) } throws: { "\($0)".contains(message) }
    }

    @Test func metricsAreAskedForWhereTheyAreNotPlain() throws {
        let choose = { (header: String, wanted: String?) -> Result<String, any Error> in
            Result {
                let log = try read(
                    "step,\(header)\n1\(String(repeating: ",2", count: header.split(separator: ",").count))\n")
                return try MetricChoice.choose(wanted, in: log.runs[0], file: "log").metric
            }
        }
        #expect(try choose("train_loss,val_loss,val_acc", nil).get() == "val_loss")
        #expect(try choose("eval/loss,eval/wiki/loss", "eval/wiki/loss").get() == "eval/wiki/loss")
        for (header, wanted, message) in [
            ("eval/loss,eval/wiki/loss", nil, "several validation losses"),
            ("train_loss,lr", nil, "no metric is plainly a validation loss"),
            ("eval/loss,lr", "eval/los", "did you mean \"eval/loss\"?"),
        ] as [(String, String?, String)] {
            #expect { _ = try choose(header, wanted).get() } throws: { "\($0)".contains(message) }
        }
    }

    @Test func labelsNameMistakes() throws {
        let labels = { (text: String) throws -> ImportLabels in
            try ImportLabels(try DelimitedText(Data(text.utf8), file: "l"), file: "l")
        }
        let table = try labels("run,candidate,seed,parameters\nx,a,,1e6\ny,a,,1e6\nz,a,7,1e6\nw,a,,2e6\n")
        #expect(try ["x", "y", "z", "w"].map { try table.facts(of: $0).seed?.value } == [nil, nil, 7, nil])
        #expect(try table.facts(of: "w").parameters?.value == 2e6)
        for (text, message) in [
            ("run,seed\n", "run and candidate"), ("run,candidate,paramters\nx,a,1\n", "did you mean \"parameters\"?"),
            ("run,candidate\nx,a\nx,b\n", "labelled twice"), ("run,candidate,flops\nx,a,-1\n", "l:2: flops \"-1\""),
            ("run,candidate\nx,\n", "l:2: candidate is empty"),
        ] {
            #expect { _ = try labels(text) } throws: { "\($0)".contains(message) }
        }
        #expect { _ = try table.facts(of: "v") } throws: { "\($0)".contains("no labels for run \"v\"") }
    }
}
