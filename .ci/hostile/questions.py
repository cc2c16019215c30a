"""Small comparisons whose right answer follows from an undisturbed run of the same command."""
import json

from tool import run

WORDS = ("the model reads a line of text and says which word is next while rates fall with width and seeds differ over "
         "every rung of the ladder until one recipe wins at the target").split()


def write_json(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def write_planted(folder, seeds=(2, 2, 2), target=64, seconds=0.0003):
    """Two candidates of a law that is known; nothing is trained."""
    write_json(folder / "planted/suite.json", {
        "version": 1, "question": "Which planted law is lower?", "dataset": "known-entropy", "contextLength": 64,
        "rungs": [{"width": width, "layers": 2, "tokens": width * 2048, "seeds": count}
                  for width, count in zip((16, 24, 32, 48), seeds)],
        "target": {"width": target, "layers": 2, "tokens": target * 2048},
        "evaluation": {"sequences": 32, "curvePoints": 2, "curveSequences": 8}})
    for name, amplitude in (("a", 1.0), ("b", 1.04)):
        write_json(folder / f"{name}.json", {
            "name": name, "optimizer": {"learningRate": 0.01}, "batchTokens": 1024,
            "trainer": {"type": "planted", "law": {
                "floor": 1.0, "amplitude": amplitude, "exponent": 0.1, "noise": 0.02, "divergesFromWidth": 0,
                "secondsPerStep": seconds}}})
    return ["compare", "a.json", "b.json", "--suite", "./planted", "--json", "-", "--workers", "2"]


def write_text(folder, random, size=200_000):
    """The data set `text`, of sentences."""
    text = []
    while sum(map(len, text)) < size:
        text.append(" ".join(random.choices(WORDS, k=random.randint(4, 14))) + ".\n" + "\n" * (random.random() < 0.1))
    (folder / "text.txt").write_text("".join(text))
    built = run(["data", "build", "--text", "text.txt", "--name", "text", "--root", "."], folder)
    assert built.status == 0, built.errors


def write_builtin(folder, random, seeds=(4, 3, 2), tokens=8192):
    """Two candidates of the built-in trainer."""
    write_text(folder, random)
    write_json(folder / "small/suite.json", {
        "version": 1, "question": "?", "dataset": "../text", "contextLength": 32,
        "rungs": [{"width": width, "layers": 1, "tokens": tokens, "seeds": count}
                  for width, count in zip((8, 16, 24), seeds)],
        "target": {"width": 32, "layers": 1, "tokens": tokens},
        "evaluation": {"sequences": 64, "curvePoints": 3, "curveSequences": 8}})
    for name, rate in (("slow", 0.003), ("fast", 0.02)):
        write_json(folder / f"{name}.json", {
            "name": name, "model": {"heads": 2}, "optimizer": {"learningRate": rate}, "batchTokens": 256})
    return ["compare", "slow.json", "fast.json", "--suite", "./small", "--json", "-", "--workers", "2"]


def write_external(folder, random):
    """Two candidates of programs: three rungs of two seeds and a target, eight steps each."""
    write_text(folder, random)
    write_json(folder / "external/suite.json", {
        "version": 1, "question": "?", "dataset": "../text", "contextLength": 16,
        "rungs": [{"width": width, "layers": 1, "tokens": 1024, "seeds": 2} for width in (8, 16, 32)],
        "target": {"width": 64, "layers": 1, "tokens": 1024},
        "evaluation": {"sequences": 16, "curvePoints": 1, "curveSequences": 4}})


def answer(result):
    """What a comparison says, without what the clock said."""
    return without_time(json.loads(result.output))


def without_time(value):
    if isinstance(value, list):
        return [without_time(element) for element in value]
    if isinstance(value, dict):
        return {name: without_time(child) for name, child in value.items() if name not in ("deviceTime", "secondsSaved")}
    return value
