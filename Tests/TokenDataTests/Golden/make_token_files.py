"""Writes the token files in this folder as other programs write them, with NumPy alone.

python3 make_token_files.py

Token i is (7 i² + i) mod 50257; the wide ones are (7 i² + i) · 1009 mod 128256. ImportTests.swift computes them anew.
"""

import gzip
import json
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
count = 1200
i = np.arange(count, dtype=np.uint64)
tokens = (7 * i * i + i) % 50257
wide = (7 * i * i + i) * 1009 % 128256


def npy(name, array, version):
    with open(here / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)


# nanoGPT's prepare.py and OLMo: no header at all, whatever the name says.
tokens.astype(np.uint16).tofile(here / "nanogpt.bin")
tokens.astype(np.uint16).tofile(here / "olmo.npy")
with gzip.GzipFile(here / "nanogpt.bin.gz", "wb", mtime=0) as file:
    file.write(tokens.astype(np.uint16).tobytes())

# llm.c and modded-nanogpt: 256 words of header.
for name, magic, version, array in [
    ("llmc-gpt2.bin", 20240520, 1, tokens.astype(np.uint16)),
    ("llmc-llama3.bin", 20240801, 7, wide.astype(np.uint32)),
]:
    header = np.zeros(256, dtype=np.int32)
    header[:3] = magic, version, count
    (here / name).write_bytes(header.tobytes() + array.tobytes())

npy("v1-uint16.npy", tokens.astype(np.uint16), (1, 0))
npy("v2-uint32.npy", wide.astype(np.uint32), (2, 0))
npy("v3-int64.npy", wide.astype(np.int64), (3, 0))
npy("v1-int32-rows.npy", tokens.astype(np.int32).reshape(30, 40), (1, 0))
npy("v1-columns.npy", np.asfortranarray(tokens.astype(np.uint16).reshape(30, 40)), (1, 0))
npy("v1-float.npy", tokens.astype(np.float32)[:10], (1, 0))
npy("v1-negative.npy", np.array([5, 6, -1, 7], dtype=np.int16), (1, 0))
npy("v1-bigendian.npy", tokens.astype(">u2")[:10], (1, 0))

# Megatron-LM: documents of 1, 2, 3, … tokens, an empty one among them.
lengths, rest = [], count
while rest > 0:
    lengths.append(min(len(lengths), rest))
    rest -= lengths[-1]
lengths = np.array(lengths, dtype=np.int32)
offsets = np.concatenate([[0], np.cumsum(lengths[:-1])]).astype(np.int64) * 2
documents = np.arange(len(lengths) + 1, dtype=np.int64)
tokens.astype(np.uint16).tofile(here / "megatron.bin")
(here / "megatron.idx").write_bytes(
    b"MMIDIDX\0\0"
    + np.uint64(1).tobytes()
    + np.uint8(8).tobytes()
    + np.uint64(len(lengths)).tobytes()
    + np.uint64(len(documents)).tobytes()
    + lengths.tobytes()
    + offsets.tobytes()
    + documents.tobytes()
)

with open(here / "tokens.jsonl", "w") as file:
    for row in tokens.reshape(30, 40).tolist():
        file.write(json.dumps({"id": row[0], "input_ids": row}) + "\n")
with open(here / "text.jsonl", "w") as file:
    for number in range(40):
        text = f"Document {number}: \"naïve\" café\n" + "wörter " * (number % 7)
        file.write(json.dumps({"text": text, "meta": {"n": number}}, ensure_ascii=number % 2 == 0) + "\n")
