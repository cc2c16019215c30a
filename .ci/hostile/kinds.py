"""The kinds of hostile trainers. Their code runs inside of the trainer in trainers.py and sees its names."""
import dataclasses


@dataclasses.dataclass
class Kind:
    name: str
    code: str
    # right: the answer is that of honest trainers; error: the runs fail; diverged: the runs diverge; any: a status of
    # `statuses`, and with status 0 the answer of honest trainers, because who wins the race between two kills is open.
    expects: str
    words: str = ""
    seconds: float = 10
    statuses: tuple = (0, 1)
    # Whether the same command gives the right answer once the trainer is honest. A divergence is a result, and stays.
    mends: bool = True


def replaced(place, **changes):
    """Code that changes values of one event."""
    return f"lines[{place}].update({changes!r}); honest()"


KINDS = [
    # What is printed.
    Kind("floods-output", "sys.stdout.buffer.write(b'x' * 20_000_000); honest()", "right"),
    Kind("floods-lines", "sys.stderr.write('line\\n' * 1_000_000); honest()", "right"),
    Kind("prints-binary", "os.write(1, bytes(range(256)) * 100); honest()", "right"),
    Kind("prints-escapes-and-fails", "print('\\x1b]0;owned\\x07\\x1b[2J\\x9b31m', flush=True); sys.exit(9)", "error", "exit status 9"),
    Kind("prints-events", "print('\\n'.join(map(json.dumps, lines)))", "error", "wrote no end event"),
    Kind("closes-its-pipes", "os.close(0); os.close(1); os.close(2); honest(); os._exit(0)", "right"),
    Kind("line-of-50-MB-and-fails", "os.write(2, b'y' * 50_000_000); sys.exit(3)", "error", "exit status 3"),
    # What the events say.
    Kind("no-events", "pass", "error", "wrote no end event"),
    Kind("empty-lines", "write(b'\\n\\n'); honest()", "error", "not valid JSON"),
    Kind("half-a-line", "write(lines[:-1]); write(b'{\"event\":\"end\",\"sta')", "error", "the last line has no newline"),
    Kind("no-newline-at-the-end", "write(b''.join(json.dumps(e).encode() + b'\\n' for e in lines)[:-1])", "error", "the last line has no newline"),
    Kind("no-end", "write(lines[:-1])", "error", "wrote no end event"),
    Kind("no-evaluation", "write(lines[:-2] + lines[-1:])", "error", "the final evaluation is missing"),
    Kind("no-start", "write(lines[1:])", "right"),
    Kind("nothing-but-end", "write(lines[-1:])", "error"),
    Kind("two-ends", "write(lines + lines[-1:])", "error", "an event after the end event"),
    Kind("events-after-end", "write(lines + lines[3:6])", "error", "an event after the end event"),
    Kind("two-starts", "write(lines[:4] + lines)", "error", "a start event that is not the first"),
    Kind("every-event-twice", "write([event for event in lines for _ in (0, 1)])", "error"),
    Kind("steps-backwards", "lines[2], lines[5] = lines[5], lines[2]; honest()", "error", "step 3 after step 5"),
    Kind("a-step-too-many", "steps += 1; write(lines[:-2] + [{'event': 'step', 'step': steps, 'tokens': steps * tokens, "
         "'natsPerToken': 3}] + lines[-2:])", "error", "step: 9 is out of range"),
    Kind("wrong-tokens", replaced(4, tokens=7), "error", "7 tokens after step 4"),
    Kind("step-zero", replaced(1, step=0, tokens=0), "error", "step 0 after step 0"),
    Kind("negative-step", replaced(1, step=-3, tokens=-384), "error", "-3 is out of range"),
    Kind("step-of-2-to-the-63", replaced(3, step=2**63 - 1), "error", "is out of range"),
    Kind("step-of-2-to-the-64", replaced(3, step=2**64), "error"),
    Kind("step-with-a-fraction", replaced(3, step=3.5), "error"),
    Kind("nan-loss", "lines[4]['natsPerToken'] = float('nan'); honest()", "diverged", mends=False),
    Kind("infinite-loss", "lines[-2]['natsPerToken'] = float('inf'); honest()", "diverged", mends=False),
    Kind("null-loss", "lines[-2]['natsPerToken'] = None; honest()", "diverged", mends=False),
    Kind("huge-loss", "lines[-2]['natsPerToken'] = 1e308; honest()", "error", "is out of range"),
    Kind("negative-loss", "lines[-2]['natsPerToken'] = -5; honest()", "error", "-5.0 is out of range"),
    Kind("loss-as-text", "lines[-2]['natsPerToken'] = '2.5'; honest()", "error", "natsPerToken"),
    Kind("decimal-comma", "write(b''.join(json.dumps(e).replace('.', ',').encode() + b'\\n' for e in lines))", "error", "not valid JSON"),
    Kind("other-locale-and-time", "os.environ.update(LC_ALL='de_DE.UTF-8', TZ='Pacific/Apia'); time.tzset(); honest()", "right"),
    Kind("no-sequences", replaced(-2, sequences=0), "error", "sequences: 0 is out of range"),
    Kind("other-number-of-sequences", "lines[-2]['sequenceNatsPerToken'] = [loss] * 3; honest()", "error", "do not belong to 16 sequences"),
    Kind("sequence-losses-of-nan", "lines[-2]['sequenceNatsPerToken'] = [float('nan')] * 16; honest()", "error", "sequenceNatsPerToken[0]"),
    Kind("devices-of-zero", replaced(0, devices=0), "error", "devices: 0 is out of range"),
    Kind("negative-seconds", replaced(3, seconds=-4), "error", "seconds: -4.0 is out of range"),
    Kind("unknown-event", "write(lines[:3] + [{'event': 'coffee'}] + lines[3:])", "error", "unknown event"),
    Kind("keys-twice", "write(lines[:-1]); write(b'{\"event\":\"end\",\"event\":\"start\",\"status\":\"completed\",\"step\":%d,"
         "\"tokens\":%d}\\n' % (steps, steps * tokens))", "right"),
    Kind("end-failed", "lines[-1]['status'] = 'failed'; lines[-1]['reason'] = '\\x1b[31m' + 'r' * 100_000; honest()", "error"),
    Kind("end-of-unknown-status", replaced(-1, status="splendid"), "error", "unknown status"),
    Kind("binary-events", "write(bytes(range(256)) * 50 + b'\\n'); honest()", "error", "not UTF-8 text"),
    Kind("zero-bytes", "write(b'\\0' * 4096); honest()", "error", "not UTF-8 text"),
    Kind("deep-json", "write(b'[' * 100_000 + b'\\n'); honest()", "error", "too many nested"),
    Kind("line-of-100-MB", "write(b'{\"event\":\"start\",\"machine\":{\"a\":\"' + b'z' * 100_000_000 + b'\"}}\\n'); honest()", "error", "the trainer's events take more than",
         seconds=30),
    Kind("million-tiny-events", "write(b'{}\\n' * 1_000_000); honest()", "error", "the trainer's events take more than"),
    Kind("random-bytes-in-a-line", "data = bytearray(json.dumps(lines[4]).encode())\nfor _ in range(5): "
         "data[random.randrange(len(data))] = random.randrange(1, 10)\nwrite(lines[:4]); write(bytes(data) + b'\\n'); "
         "write(lines[5:])", "error", "trainer-events-1.jsonl:5: not valid JSON"),
    # How it ends.
    Kind("exit-1-after-end", "honest(); sys.exit(1)", "error", "exit status 1"),
    Kind("exit-75-without-progress", "write(lines[:1]); sys.exit(75)", "error", "without a new checkpoint event"),
    Kind("exit-75-after-end", "honest(); sys.exit(75)", "error", "wrote an end event and then asked"),
    Kind("killed-by-itself", "write(lines[:4]); os.kill(os.getpid(), signal.SIGKILL)", "error", "killed by signal 9"),
    Kind("segmentation-fault", "write(lines[:4]); os.kill(os.getpid(), signal.SIGSEGV)", "error", "killed by signal 11"),
    # Files.
    Kind("deletes-its-events", "honest(); os.unlink(path)", "error", "wrote no end event"),
    Kind("deletes-its-events-early", "write(lines[:4]); time.sleep(0.2); os.unlink(path); write(lines[4:])", "any"),
    Kind("truncates-its-events", "honest(); open(path, 'w').close()", "error", "wrote no end event"),
    Kind("events-are-a-link", "open(folder + '/real', 'w').close(); os.path.exists(path) and os.unlink(path); "
         "os.symlink(folder + '/real', path); honest()", "right"),
    Kind("events-are-zeros-without-end", "os.path.exists(path) and os.unlink(path); os.symlink('/dev/zero', path); time.sleep(1)", "error", "not a regular file"),
    Kind("events-are-a-pipe", "os.path.exists(path) and os.unlink(path); os.mkfifo(path); time.sleep(1)", "error", "not a regular file"),
    Kind("events-are-a-folder", "os.path.exists(path) and os.unlink(path); os.mkdir(path); time.sleep(1)", "error", "this is a folder"),
    Kind("removes-the-lock", "os.unlink(os.path.dirname(path) + '/lock'); honest()", "right"),
    Kind("removes-the-folder-of-the-run", "import shutil; write(lines[:4]); time.sleep(0.2); shutil.rmtree(os.path.dirname(path))", "error"),
    Kind("writes-the-result-itself", "open(os.path.dirname(path) + '/events.jsonl', 'a').write("
         "json.dumps(lines[-2]) + '\\n' + json.dumps(lines[-1]) + '\\n')", "error", mends=False),
    Kind("changes-the-job", "open(os.environ['SCALEBENCH_SPEC'], 'w').write('{}'); honest()", "right"),
    Kind("fills-its-folder", "[open(f'{folder}/{i}.tmp-{i}', 'w').close() for i in range(500)]; honest()", "right"),
    Kind("read-only-folder", "os.chmod(os.path.dirname(path), 0o500); honest()", "right"),
    Kind("removes-the-marker-of-the-store", "os.path.exists('.scalebench/store.json') and os.unlink('.scalebench/store.json'); honest()",
         "right"),
    # Processes.
    Kind("daemon", "import shutil\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)\n"
         "honest()", "right"),
    Kind("daemon-without-the-variable", "subprocess.Popen(['sleep', '600'], start_new_session=True, env={}); honest()", "right"),
    Kind("many-children", "[subprocess.Popen(['sleep', '600']) for _ in range(50)]; honest()", "right"),
    Kind("stops-itself", "write(lines[:3]); os.kill(os.getpid(), signal.SIGSTOP)", "error", "silent", seconds=25),
    Kind("hangs", "write(lines[:3]); time.sleep(600)", "error", "silent", seconds=25),
    Kind("hangs-and-ignores-signals", "[signal.signal(s, signal.SIG_IGN) for s in (1, 2, 10, 15)]; time.sleep(600)", "error",
         "silent", seconds=25),
    Kind("child-holds-the-output", "subprocess.Popen(['sleep', '600']); honest(); os._exit(0)", "right"),
    Kind("kills-its-parent", "write(lines[:3]); os.kill(os.getppid(), signal.SIGKILL); time.sleep(600)", "any", "killed by signal 9", statuses=(0, 1, -9),
         seconds=25),
    Kind("kills-its-group", "write(lines[:3]); os.killpg(0, signal.SIGKILL)", "any", statuses=(0, 1, -9), seconds=25),
    Kind("terminates-its-parent", "write(lines[:3]); os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)", "any",
         statuses=(0, 1, 75, -15), seconds=25),
    Kind("stops-its-parent", "subprocess.Popen(['sh', '-c', f'sleep 0.5; kill -CONT {os.getppid()}'], start_new_session=True); "
         "os.kill(os.getppid(), signal.SIGSTOP); honest()", "right"),
]
