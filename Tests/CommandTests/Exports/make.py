"""Writes the tables that other libraries export, all of the same twelve runs, into this folder.

    python3 -m venv env && env/bin/pip install pandas pyarrow openpyxl tables mlflow-skinny && env/bin/python make.py

The README lists the versions that wrote the files.
"""
import json
import logging
import os
import sqlite3
import tempfile
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

here = Path(__file__).parent
os.chdir(here)

rows = []
for index, params in enumerate([10_000_000, 30_000_000, 100_000_000]):
    for seed in (0, 1):
        for name, amplitude, slope in (("adamw", 9.0, 0.0800), ("muon", 8.6, 0.0795)):
            noise = 0.002 * ((7 * index + 3 * seed + len(name)) % 5 - 2)
            loss = round(1.7 + amplitude * params ** -slope / 2 + noise, 4)
            rows.append(dict(optimizer=name, model_size=params, tokens=20 * params, seed=seed, val_loss=loss))
runs = pd.DataFrame(rows)
runs["run_name"] = [f"{r.optimizer}-{r.model_size // 10**6}M-s{r.seed}" for r in runs.itertuples()]
short = runs.drop(columns=["tokens"])
ideal = runs.rename(columns=dict(optimizer="candidate", model_size="params", val_loss="loss"))
spelled = ideal.assign(params=[f"{p // 10**6}M" for p in ideal.params]).drop(columns="tokens")

# Delimited text.
short.to_csv("pandas.csv")
short.drop(columns="optimizer").to_csv("pandas_no_candidate.csv", index=False)
ideal.to_csv("ideal.csv", index=False)
ideal.to_csv("excel_semicolon.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig")
ideal.to_csv("excel_unicode.txt", index=False, sep="\t", encoding="utf-16")
ideal.to_csv("tab.tsv", index=False, sep="\t")
spelled.to_csv("suffix.csv", index=False)
spelled.to_csv("suffix.csv.gz", index=False, compression=dict(method="gzip", mtime=1))
Path("bars.md").write_text(
    "| " + " | ".join(spelled.columns) + " |\n|" + " --- |" * len(spelled.columns) + "\n"
    + "".join("| " + " | ".join(map(str, r)) + " |\n" for r in spelled.itertuples(index=False)))
thousands = short.assign(model_size=[f"{p:,}" for p in short.model_size])
thousands.to_csv("thousands.csv", index=False)
Path("spaces.txt").write_text(short.to_string(index=False))

# JSON.
ideal.to_json("records.json", orient="records")
ideal.to_json("lines.jsonl", orient="records", lines=True)
for orient in ("columns", "index", "split", "table"):
    ideal.to_json(f"{orient}.json", orient=orient)
Path("values.json").write_text(ideal.to_json(orient="values"))
Path("indented.json").write_text(json.dumps({"runs": [
    {"config": {"optimizer": r.optimizer, "n_params": r.model_size, "seed": r.seed}, "summary": {"val/loss": r.val_loss}}
    for r in runs.itertuples()]}, indent=2))

# The runs table of Weights & Biases (project page, "Export CSV"), with a run that crashed; written by hand after its layout.
table = pd.DataFrame({
    "Name": runs.run_name, "State": "finished", "Notes": "-", "User": "me", "Tags": "", "Created": "2026-01-02T03:04:05.000Z",
    "Runtime": 1200, "n_params": runs.model_size, "optimizer": runs.optimizer, "seed": runs.seed, "tokens": runs.tokens,
    "train/loss": runs.val_loss - 0.1, "val/loss": runs.val_loss})
crashed = table.iloc[[0]].assign(Name="adamw-100M-s2", State="crashed", n_params=100_000_000, seed=2, **{"val/loss": 5.1})
pd.concat([table, crashed]).to_csv("wandb_table.csv", index=False, quoting=1)

# What the documentation of the W&B API makes of a project's runs: dictionaries of Python in cells.
pd.DataFrame({
    "summary": [{"_runtime": 12.5, "val/loss": r.val_loss} for r in runs.itertuples()],
    "config": [{"optimizer": r.optimizer, "n_params": r.model_size, "seed": r.seed} for r in runs.itertuples()],
    "name": runs.run_name}).to_csv("wandb_api.csv")

# The columns of Optuna (trials_dataframe) and Neptune (runs_table.to_pandas), by their documentation.
pd.DataFrame({
    "number": range(len(runs)), "values_loss": runs.val_loss, "datetime_start": "2026-01-02 03:04:05", "params_optimizer":
    runs.optimizer, "params_n_params": runs.model_size, "user_attrs_seed": runs.seed, "state": "COMPLETE",
}).rename(columns=dict(values_loss="user_attrs_val_loss")).to_csv("optuna.csv")
pd.DataFrame({
    "sys/id": [f"LAD-{i}" for i in range(len(runs))], "sys/name": runs.run_name, "sys/state": "inactive",
    "parameters/optimizer": runs.optimizer, "parameters/n_params": runs.model_size, "parameters/seed": runs.seed,
    "metrics/val/loss": runs.val_loss}).to_csv("neptune.csv", index=False)

# mlflow.search_runs().to_csv()
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
logging.disable(logging.CRITICAL)
with tempfile.TemporaryDirectory() as folder:
    mlflow.set_tracking_uri(f"file:{folder}/mlruns")
    mlflow.set_experiment("ladder")
    for r in runs.itertuples():
        with mlflow.start_run(run_name=r.run_name):
            mlflow.log_params(dict(optimizer=r.optimizer, n_params=r.model_size, seed=r.seed))
            mlflow.log_metric("val_loss", r.val_loss)
    found = mlflow.search_runs()
    private = [c for c in found.columns if c.startswith(("tags.mlflow.source", "tags.mlflow.user", "artifact"))]
    found.drop(columns=private).iloc[::-1].to_csv("mlflow.csv", index=False)

# Wide and long tables of several metrics. B wins on fifteen subsets and loses on code.
metrics = [f"subset{i:02d}" for i in range(15)] + ["code"]
wide = short.drop(columns="val_loss").copy()
for i, metric in enumerate(metrics):
    sign = -1 if metric != "code" else 1
    shift = [sign * (0.05 if sign < 0 else 0.12) * (r.optimizer == "muon") + 0.001 * i for r in short.itertuples()]
    wide[f"{metric}_loss"] = (short.val_loss + shift).round(4)
wide.to_csv("wide.csv", index=False)
wide.melt(id_vars=["optimizer", "model_size", "seed", "run_name"]).to_csv("melted.csv", index=False)
scores = short.drop(columns="val_loss").assign(
    val_loss=short.val_loss, accuracy=(1.05 - short.val_loss / 5).round(4))
scores.to_csv("accuracy.csv", index=False)

# results.tsv of autoresearch: one scale, so that it is no ladder until a column of scales is added.
tsv = pd.DataFrame({
    "commit": ["a1b2c3d", "b2c3d4e", "c3d4e5f"], "val_bpb": ["0.997900", "0.993200", "0.000000"],
    "memory_gb": ["44.0", "44.2", "0.0"], "status": ["keep", "keep", "crash"],
    "description": ["baseline", "increase LR to 0.04", "double model width (OOM)"]})
tsv.to_csv("results.tsv", sep="\t", index=False)
parts = [tsv.assign(params=p, val_bpb=[str(float(v) and float(v) - i / 50) for v in tsv.val_bpb])
         for i, p in enumerate(["10M", "30M", "100M"])]
pd.concat(parts).to_csv("results_ladder.tsv", sep="\t", index=False)

# Bytes.
short.to_parquet("runs.parquet")
short.to_feather("runs.feather")
short.to_excel("runs.xlsx", index=False)
short.to_pickle("runs.pkl")
short.to_hdf("runs.h5", key="runs")
Path("runs.h5").write_bytes(Path("runs.h5").read_bytes()[:2048])  # the rest is two megabytes of empty space
short.to_orc("runs.orc")
short.to_stata("runs.dta", write_index=False)
np.savez("runs.npz", loss=short.val_loss)
np.save("runs.npy", short.val_loss.to_numpy())
short.to_csv("runs.csv.zip", index=False)
short.to_csv("runs.csv.bz2", index=False)
short.to_csv("runs.csv.xz", index=False)
short.to_html("runs.html")
Path("runs.yaml").write_text("".join(f"- candidate: {r.optimizer}\n  loss: {r.val_loss}\n" for r in runs.itertuples()))
short.to_csv("latin1.csv", index=False, encoding="latin-1")
Path("latin1.csv").write_bytes(Path("latin1.csv").read_bytes().replace(b"muon", b"mu\xf6n"))
with sqlite3.connect("runs.db") as database:
    short.to_sql("runs", database, index=False, if_exists="replace")
