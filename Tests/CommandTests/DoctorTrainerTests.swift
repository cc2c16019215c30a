// `doctor --trainer` with trainers in shell that keep to the contract, and ones that do not.

import Foundation
import Testing

/// The tests run one at a time, because stops and kills are timed by the wall clock.
@Suite(.serialized) struct DoctorTrainerTests {
    /// What a trainer in shell does; every field is a piece of its code.
    private struct Script {
        var onTerm = "stop=1"
        /// Where it begins; `$1` is its own folder.
        var resume = #"[ -e "$1/checkpoint" ] && at=$(cat "$1/checkpoint")"#
        var start = #"tell "{\"event\":\"start\",\"resumedFromStep\":$at}""#
        var step = #"tell "{\"event\":\"step\",\"step\":$at,\"tokens\":$((at * 128)),\"natsPerToken\":3}""#
        var checkpoint = #"echo $at > "$1/checkpoint"; tell "{\"event\":\"checkpoint\",\"step\":$at}""#
        var status = "75"
        var loss = #"loss="3.$((at % 7))""#
        var sequences = #","sequenceNatsPerToken":[$loss,$loss,$loss,$loss]"#

        var text: String {
            """
            steps=$(sed -n 's/.*"steps" : \\([0-9]*\\).*/\\1/p' "$SCALEBENCH_SPEC" | head -n 1)
            tell() { echo "$1" >> "$SCALEBENCH_EVENTS"; }
            evaluate() {
              \(loss)
              tell "{\\"event\\":\\"evaluation\\",\\"step\\":$at,\\"tokens\\":$((at * 128)),\\"natsPerToken\\":$loss,\\"sequences\\":$1$2}"
            }
            trap '\(onTerm)' TERM
            at=0; done=0
            \(resume)
            \(start)
            while [ $at -lt $steps ]; do
              sleep 0.1; at=$((at + 1)); done=$((done + 1))
              \(step)
              [ $((at * 2)) = $steps ] && evaluate 2
              if [ "$stop" ] && [ $at -lt $steps ]; then
                \(checkpoint)
                exit \(status)
              fi
            done
            loss=3; \(loss)
            evaluate 4 "\(sequences.replacing("\"", with: "\\\""))"
            tell "{\\"event\\":\\"end\\",\\"status\\":\\"completed\\",\\"step\\":$at,\\"tokens\\":$((at * 128))}"
            """
        }
    }

    private typealias Check = (status: String, value: String, advice: String)

    /// The checks by name.
    private func examine(_ script: String, status: Int32, keys: String = "") throws -> [String: Check] {
        let scratch = try Scratch()
        try scratch.buildText()
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 16,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 102400 }, { "width": 16, "layers": 1, "tokens": 102400 }],
              "target": { "width": 64, "layers": 1, "tokens": 102400 },
              "evaluation": { "sequences": 4, "curvePoints": 2, "curveSequences": 2 } }
            """, to: "tiny/suite.json")
        try scratch.write(script, to: "train.sh")
        try scratch.write(
            """
            { "trainer": { "type": "command", "command": ["sh", "train.sh", "{folder}"], "stopTimeout": 1\(keys) },
              "optimizer": { "learningRate": 0.01 }, "batchTokens": 128, "model": { "heads": 2 } }
            """, to: "c.json")
        let result = try Tool.run(
            ["doctor", "--trainer", "c.json", "--suite", "./tiny", "--json"], in: scratch.url,
            environment: ["TMPDIR": scratch.url.path])
        #expect(result.status == status, "\(result.output)\(result.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let checks = try #require(document["checks"] as? [[String: Any]])
        let kept = scratch.files().contains { $0.hasPrefix("scalebench-doctor-") && $0.hasSuffix("trainer.log") }
        #expect(kept == (status != 0), "runs are kept where something is broken")
        return Dictionary(
            checks.map { check in
                let text = { (key: String) in check[key] as? String ?? "" }
                return (text("name"), (text("status"), text("value"), text("advice")))
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func aGoodTrainerKeepsToEverything() throws {
        let checks = try examine(Script().text, status: 0)
        #expect(checks.values.allSatisfy { $0.status == "ok" }, "\(checks)")
        #expect(checks["run"]?.value.hasPrefix("20 steps of 128 tokens in ") == true)
        #expect(checks["stop"]?.value.contains(" after SIGTERM, with a checkpoint of step ") == true)
        #expect(checks["exit status"]?.value == "75")
        let resumed = try #require(checks["resume"]?.value.split(separator: " ").compactMap { Int($0) })
        #expect(resumed.count == 2 && resumed[0] >= 5 && resumed[0] < 20 && resumed[1] == resumed[0], "\(checks)")
        #expect(checks["equal losses"]?.value.contains(" by up to 0 % from") == true)
        #expect(checks["kill"]?.value.contains("SIGKILL") == true)
    }

    @Test func aTrainerThatBeginsAgainAtZero() throws {
        let checks = try examine(Script(resume: "").text, status: 1)
        let resume = try #require(checks["resume"])
        #expect(resume.status == "broken" && resume.value.hasPrefix("it began again at step 0, though it had a"))
        #expect(resume.advice.contains(#"{"event":"start","resumedFromStep":"#))
    }

    @Test func aTrainerThatForgetsItsState() throws {
        // The loss depends on how many steps this call has done.
        let checks = try examine(Script(loss: #"loss="3.$((10 + done))""#).text, status: 1)
        #expect(checks["equal losses"]?.status == "broken" && checks["resume"]?.status == "ok", "\(checks)")
    }

    @Test func aTrainerThatIsNotDeterministic() throws {
        // Each copy of a run has a folder of its own, RUN-COPY, and here a loss of its own.
        let loss = #"number=${SCALEBENCH_SPEC%/job.json}; loss="3.0${number##*-}""#
        let checks = try examine(Script(loss: loss).text, status: 0)
        let words = try #require(checks["equal losses"]?.value)
        #expect(
            words.contains(" by up to 0.33 % from") && words.hasSuffix(", those of two whole runs by 1 %"), "\(words)")
    }

    @Test func aTrainerThatIgnoresSignals() throws {
        let checks = try examine(Script(onTerm: "").text, status: 1)
        let stop = try #require(checks["stop"])
        #expect(stop.status == "broken" && stop.value.hasPrefix("it was still there 1 s after SIGTERM"), "\(stop)")
        #expect(
            checks["checkpoint"]?.status == "warning" && checks["checkpoint"]?.value.contains("begins anew") == true)
    }

    @Test func aTrainerThatDoesTheLeast() throws {
        let text = Script(start: "", sequences: "").text.replacing("trap 'stop=1' TERM\n", with: "")
        let checks = try examine(text, status: 0)
        for name in ["start event", "sequence losses", "stop", "checkpoint"] {
            #expect(checks[name]?.status == "warning", "\(name): \(checks)")
        }
        #expect(checks["stop"]?.value.hasSuffix("after SIGTERM without a checkpoint") == true)
        let other = try examine(Script(status: "0").text, status: 0)
        #expect(other["exit status"]?.status == "warning" && other["exit status"]?.value.hasPrefix("0 ") == true)
    }

    @Test func aTrainerThatWritesElsewhere() throws {
        let printing = try examine(Script().text.replacing(#" >> "$SCALEBENCH_EVENTS""#, with: ""), status: 1)
        #expect(printing["run"]?.value == "the trainer ended with status 0 but wrote no end event", "\(printing)")
        #expect(printing["events"]?.advice.contains("SCALEBENCH_EVENTS") == true)
        let garbage = try examine(#"echo oops; echo garbage >> "$SCALEBENCH_EVENTS"; sleep 1"#, status: 1)
        #expect(garbage["run"]?.status == "broken" && garbage["run"]?.value == "not valid JSON", "\(garbage)")
        #expect(garbage["place"]?.value.hasSuffix("trainer-events-1.jsonl:1") == true)
        let failing = try examine("echo 'NameError: los' >&2; exit 1", status: 1)
        #expect(failing["printed last"]?.value == "NameError: los", "\(failing)")
    }

    @Test func aTrainerThatDoesNotFlush() throws {
        // What it tells goes to a file of its own, which is appended at the end.
        let text = Script().text.replacing("sleep 0.1", with: "sleep 0.02")
            .replacing(#"echo "$1" >> "$SCALEBENCH_EVENTS""#, with: #"echo "$1" >> "$SCALEBENCH_SPEC.all""#)
        let checks = try examine(
            text + "\n" + #"cat "$SCALEBENCH_SPEC.all" >> "$SCALEBENCH_EVENTS"; rm "$SCALEBENCH_SPEC.all""#, status: 0)
        #expect(checks["flushing"]?.status == "warning", "\(checks)")
        #expect(checks["stop"]?.status == "missing", "\(checks)")
    }

    @Test func aFastTrainerGetsMoreSteps() throws {
        let checks = try examine(
            Script().text.replacing("sleep 0.1", with: "sleep 0.01"), status: 0, keys: #", "version": "3""#)
        #expect(checks["run"]?.value.hasPrefix("20 steps") == false, "\(checks)")
        #expect(checks["stop"]?.status == "ok" && checks["kill"]?.value.contains("SIGKILL") == true, "\(checks)")
    }

    @Test func onlyExternalTrainersAreTried() throws {
        let scratch = try Scratch()
        try scratch.write(#"{ "optimizer": { "learningRate": 0.01 }, "batchTokens": 128 }"#, to: "c.json")
        let result = try Tool.run(["doctor", "--trainer", "c.json"], in: scratch.url)
        #expect(result.status == 1 && result.errors.contains("no program of its own as trainer"), "\(result.errors)")
        #expect(try Tool.run(["doctor", "--suite", "x"], in: scratch.url).status == 64)
    }
}
