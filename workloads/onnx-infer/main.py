"""Runs Magika's file type model in ONNX Runtime over real files of the root file system."""

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import seebench_guest as guest

import numpy as np
import onnxruntime

guest.imports_done()

FILES = int(guest.params["files"])
BATCH = int(guest.params["batch"])
ROOTS = ("/etc", "/usr/bin", "/usr/lib", "/usr/share/perl5", "/usr/share/zoneinfo", str(Path(json.__file__).parents[1]))


def model_dir() -> Path:
    """Where the `magika` package keeps its model; the package itself is not imported."""
    spec = find_spec("magika")
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit("the package magika is not installed")
    return sorted(Path(spec.submodule_search_locations[0]).glob("models/*/model.onnx"))[-1].parent


def files_below(root: str) -> Iterator[Path]:
    """Regular files of some size in the order of their names, without links, read as they are used."""
    for folder, subfolders, names in os.walk(root):
        subfolders.sort()
        paths = (Path(folder, name) for name in sorted(names))
        yield from (path for path in paths if not path.is_symlink() and path.is_file() and path.stat().st_size >= 64)


def real_files() -> list[Path]:
    """Some files of every kind of place: settings, programs, libraries, data, Python sources."""
    share = -(-FILES // len(ROOTS))
    return [path for root in ROOTS for path in islice(files_below(root), share)][:FILES]


def features(path: Path, config: dict[str, int]) -> np.ndarray:
    """What the model takes: the first and last bytes of a file without white space, padded."""
    with path.open("rb") as file:
        begin = file.read(config["block_size"]).lstrip()[: config["beg_size"]]
        file.seek(max(0, path.stat().st_size - config["block_size"]))
        end = file.read().rstrip()[-config["end_size"] :]
    row = np.full(config["beg_size"] + config["end_size"], config["padding_token"], dtype=np.int32)
    row[: len(begin)] = np.frombuffer(begin, dtype=np.uint8)
    row[len(row) - len(end) :] = np.frombuffer(end, dtype=np.uint8)
    return row


folder = model_dir()
config = json.loads((folder / "config.min.json").read_text())
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(guest.params["threads"])
options.inter_op_num_threads = 1
with guest.part("load_model"):
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
with guest.part("read_files"):
    inputs = np.stack([features(path, config) for path in real_files()])
name = session.get_inputs()[0].name


def infer() -> list[str]:
    """The label of every file, in batches."""
    labels: list[str] = []
    for start in range(0, len(inputs), BATCH):
        (scores,) = session.run(None, {name: inputs[start : start + BATCH]})
        labels += [config["target_labels_space"][best] for best in scores.argmax(axis=1)]
    return labels


guest.digest(guest.iterate(infer, work_amount=len(inputs)))
