"""Writes files of this folder with the libraries themselves; README.md says which and with what versions.

    python3 make.py tensorboard|tensorboardx|tensorflow|mlflow|wandb|transformers|lightning|keras

One small ladder: two recipes, three sizes, two seeds. The curves are made up.
"""
import glob, json, math, os, shutil, sys

sys.path.pop(0)  # folders here are called as modules are

os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", MLFLOW_ALLOW_FILE_STORE="true", CUDA_VISIBLE_DEVICES="",
                  TF_CPP_MIN_LOG_LEVEL="3", MLFLOW_DISABLE_TELEMETRY="true")
RUNS = [(c, n, s) for c in ("adamw", "muon") for n in (1e6, 3e6, 1e7) for s in (0, 1)]


def name(c, n, s):
    return f"{c}-{n / 1e6:g}M-s{s}"


def curve(c, n, s):
    """Step -> (training loss, validation loss)."""
    end = 1.8 + (60 if c == "muon" else 64) / n ** 0.25 + 0.002 * s
    return {k: (round(end + 5 * math.exp(-k / 40) + 0.05, 4), round(end + 5 * math.exp(-k / 40), 4)) for k in range(20, 101, 20)}


def tensorboard():
    from torch.utils.tensorboard import SummaryWriter
    for c, n, s in RUNS:
        with SummaryWriter(f"tensorboard/{name(c, n, s)}") as writer:
            for k, (train, val) in curve(c, n, s).items():
                writer.add_scalar("train/loss", train, k)
                writer.add_scalar("val/loss", val, k)
            writer.add_hparams({"optimizer": c, "n_params": n, "seed": s, "lr": 1e-3}, {"hparam/last": val})


def tensorboardx():
    from tensorboardX import SummaryWriter
    with SummaryWriter("tensorboardx/adamw-1M-s0") as writer:
        for k, (train, val) in curve(*RUNS[0]).items():
            writer.add_scalars("loss", {"train": train, "val": val}, k)
            writer.add_histogram("weights", [train, val], k)


def tensorflow():
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hp
    for c, n, s in RUNS[:2]:
        with tf.summary.create_file_writer(f"tensorflow/{name(c, n, s)}").as_default():
            hp.hparams({"optimizer": c, "num_params": n, "seed": s})
            for k, (train, val) in curve(c, n, s).items():
                tf.summary.scalar("loss", train, step=k)
                tf.summary.scalar("eval_loss", val, step=k)


def mlflow():
    import mlflow
    for uri in ("file:./mlruns", "sqlite:///mlflow.db"):
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("ladder")
        for c, n, s in RUNS if uri.startswith("sqlite") else RUNS[::9]:
            with mlflow.start_run(run_name=name(c, n, s)):
                mlflow.log_params({"optimizer": c, "n_params": int(n), "seed": s})
                for k, (train, val) in curve(c, n, s).items():
                    mlflow.log_metrics({"train_loss": train, "val/loss": val}, step=k)
        try:
            with mlflow.start_run(run_name="crashed"):
                mlflow.log_metric("val/loss", 9.0, step=1)
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass
    mlflow.search_runs().to_csv("mlflow-search.csv", index=False)
    os.system("gzip -9n mlflow.db")


def wandb():
    import wandb
    c, n, s = RUNS[0]
    with wandb.init(project="ladder", name=name(c, n, s), config={"optimizer": c, "n_params": n, "seed": s}) as run:
        for k, (train, val) in curve(c, n, s).items():
            run.log({"train/loss": train, "val/loss": val}, step=k)
    for file in glob.glob("wandb/*"):
        if os.path.islink(file) or os.path.isfile(file):
            os.remove(file)
    for folder in glob.glob("wandb/*/files") + glob.glob("wandb/*/logs"):
        shutil.rmtree(folder)


def transformers():
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments

    class Data(torch.utils.data.Dataset):
        def __len__(self): return 32
        def __getitem__(self, i):
            x = torch.randint(0, 64, (17,), generator=torch.Generator().manual_seed(i))
            return {"input_ids": x, "labels": x}

    model = GPT2LMHeadModel(GPT2Config(vocab_size=64, n_positions=32, n_embd=16, n_layer=1, n_head=2))
    arguments = TrainingArguments(
        "transformers/adamw-20k-s1", max_steps=12, logging_steps=2, eval_strategy="steps", eval_steps=4, save_steps=6, seed=1,
        per_device_train_batch_size=4, report_to=["tensorboard"], use_cpu=True, include_num_input_tokens_seen=True)
    Trainer(model, arguments, train_dataset=Data(), eval_dataset=Data()).train()
    for file in glob.glob("transformers/*/*/*"):
        if os.path.isfile(file) and not any(part in file for part in ("trainer_state", "checkpoint-12/model")):
            os.remove(file)


def lightning():
    import lightning as L, torch
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    class Model(L.LightningModule):
        def __init__(self, optimizer="sgd", n_params=9, seed=5):
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(8, 1)
        def loss(self, batch): return ((self.layer(batch[0]) - batch[0].sum(1, keepdim=True)) ** 2).mean()
        def training_step(self, batch, _):
            loss = self.loss(batch)
            self.log("train_loss", loss)
            return loss
        def validation_step(self, batch, _): self.log("val_loss", self.loss(batch))
        def configure_optimizers(self): return torch.optim.SGD(self.parameters(), 0.01)

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(64, 8)), 16)
    for logger in (CSVLogger("lightning", "csv"), TensorBoardLogger("lightning", "tensorboard")):
        L.Trainer(max_epochs=3, accelerator="cpu", logger=logger, log_every_n_steps=2, enable_progress_bar=False,
                  enable_checkpointing=False).fit(Model(), data, data)


def keras():
    import keras, numpy as np
    x = np.random.default_rng(0).normal(size=(64, 8))
    os.makedirs("keras", exist_ok=True)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(x, x.sum(1), epochs=3, validation_split=0.25, verbose=0, callbacks=[
        keras.callbacks.CSVLogger("keras/adamw-9-s0.csv"), keras.callbacks.TensorBoard("keras/muon-9-s0", write_graph=False)])
    with open("keras/history.json", "w") as file:
        json.dump(history.history, file)


globals()[sys.argv[1]]()
