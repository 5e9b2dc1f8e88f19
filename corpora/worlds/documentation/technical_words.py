"""What technical documents talk about, in two domains: machine learning and computer systems."""

from __future__ import annotations

import random
from dataclasses import dataclass

_DOUBLED = frozenset("drop map skip scan trim clip swap log".split())


@dataclass(frozen=True, slots=True)
class Domain:
    """The words of a field. Verbs are in their base form; objects follow them; things are plural."""

    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    manners: tuple[str, ...]
    plurals: tuple[str, ...]
    predicates: tuple[str, ...]
    troubles: tuple[str, ...]
    gains: tuple[str, ...]
    conditions: tuple[str, ...]
    uses: tuple[str, ...]
    kinds: tuple[str, ...]


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(",") if phrase.strip())


LEARNING = Domain(
    verbs=_phrases(
        "normalise, scale, clip, mask, average, reweight, prune, quantise, sample, project, "
        "shuffle, combine, compress, penalise, smooth, replace, estimate, predict, rank, "
        "accumulate, align, encode, decode, pool, filter, initialise, reduce, concatenate, "
        "transform, detect, store, compare, cluster, copy, discard"
    ),
    objects=_phrases(
        "the activations, the gradients, the attention weights, the hidden states, token "
        "embeddings, the logits, the feature maps, the input tokens, long sequences, noisy "
        "labels, rare classes, image patches, the key and value vectors, the weight matrix, "
        "position information, the output distribution, the predictions of the teacher, hard "
        "negatives, overlapping boxes, speech frames, missing features, the running statistics, "
        "pairs of sentences, neighbouring nodes, the latent code, the rewards, the residuals of "
        "earlier trees, unlabelled examples, word pieces, the second moments"
    ),
    manners=_phrases(
        "before every update, after each epoch, along the channel axis, during training only, "
        "across the batch, in half precision, with a running mean, by a learned factor, one layer "
        "at a time, for each head separately, without extra parameters, at inference time, in a "
        "single pass, with a small network, on the fly"
    ),
    plurals=_phrases(
        "gradients, activations, weights, labels, long sequences, embeddings, deep layers, small "
        "batches, early updates, attention scores, rare tokens, rewards, predictions, features, "
        "noisy examples, large kernels"
    ),
    predicates=_phrases(
        "grow without bound, vanish in deep stacks, differ in scale, dominate the loss, are hard "
        "to estimate, change too quickly, carry little information, are unevenly distributed, do "
        "not fit into memory, depend on the order of the data, are correlated with each other, "
        "shift during training, saturate after a few epochs, contain many duplicates, are "
        "expensive to collect, have a high variance"
    ),
    troubles=_phrases(
        "exploding gradients, overfitting, dead units, mode collapse, catastrophic forgetting, "
        "label leakage, vanishing gradients, a collapse of the representations, rounding errors, "
        "unstable training, overconfident predictions, numerical overflow, a bias towards "
        "frequent classes, repeated phrases"
    ),
    gains=_phrases(
        "faster convergence, better calibration, a lower memory footprint, smoother loss curves, "
        "higher accuracy, shorter training times, robustness to noise, better generalisation, "
        "sparser weights, more diverse samples, stable training at large batch sizes, a smaller "
        "gap between training and test error"
    ),
    conditions=_phrases(
        "the validation loss stops falling, the data set is small, the batch size exceeds 1024, "
        "labels are scarce, the classes are balanced, the model is deeper than 40 layers, the "
        "learning rate is too high, the inputs are longer than the context window, the gradients "
        "overflow, memory is short, the features are standardised, the teacher is much larger "
        "than the student, the noise is Gaussian"
    ),
    uses=_phrases(
        "image classification, machine translation, object detection, speech recognition, anomaly "
        "detection, semantic segmentation, protein design, question answering, time series "
        "forecasting, text generation, recommendation, reinforcement learning, document "
        "retrieval, pose estimation, named entity recognition"
    ),
    kinds=_phrases(
        "training technique, regulariser, optimisation method, neural architecture, sampling "
        "strategy, generative model, sequence model, learning algorithm, decoding method, form of "
        "attention"
    ),
)

SYSTEMS = Domain(
    verbs=_phrases(
        "store, cache, compress, encrypt, validate, replicate, index, merge, scan, sort, drop, "
        "rotate, archive, schedule, forward, buffer, split up, record, delete, restore, monitor, "
        "throttle, parse, serialise, lock, rewrite, copy, queue, inspect, log, map, publish, "
        "convert, deduplicate, batch"
    ),
    objects=_phrases(
        "incoming requests, expired sessions, duplicate rows, the write-ahead log, temporary "
        "files, config files, stale cache entries, user accounts, open connections, background "
        "jobs, large uploads, access tokens, database pages, old snapshots, outgoing mail, failed "
        "messages, compiled templates, network packets, the search index, environment variables, "
        "symbolic links, audit records, container images, time stamps, memory pages, the "
        "dependency graph, source files, certificates, sensor readings, query results"
    ),
    manners=_phrases(
        "before each write, on every node, in the background, without a restart, in memory, once "
        "a day, in a single transaction, over an encrypted channel, at start-up, in small chunks, "
        "per user, across several disks, in alphabetical order, with a separate thread, when the "
        "system is idle"
    ),
    plurals=_phrases(
        "requests, connections, workers, locks, log files, replicas, clients, queries, messages, "
        "threads, caches, transactions, backups, packets, sessions, tables, timers, plugins, "
        "sockets, file handles"
    ),
    predicates=_phrases(
        "arrive out of order, are shared between threads, grow without limit, cannot be "
        "cancelled, differ between machines, are written twice, time out under load, wait for "
        "each other, are lost after a crash, hold the lock too long, do not survive a restart, "
        "are slow to open, contain private data, may be read by other users, fill the disk, "
        "compete for the same port"
    ),
    troubles=_phrases(
        "deadlocks, stale reads, data loss, race conditions, memory leaks, duplicate messages, "
        "slow queries, disk fragmentation, dropped connections, corrupt indexes, a split brain, "
        "unbounded queues, partial writes, port conflicts, needless round trips, lock contention"
    ),
    gains=_phrases(
        "lower latency, fewer round trips, smaller backups, higher throughput, shorter start-up "
        "times, simpler recovery, less disk traffic, better isolation, more predictable response "
        "times, fewer open files, consistent reads, easier upgrades"
    ),
    conditions=_phrases(
        "the queue is full, the disk is almost full, a replica falls behind, the primary node "
        "fails, the lock is held by another process, the file has changed on disk, the "
        "certificate has expired, no client is connected, the table has more than a million rows, "
        "the cache is cold, the user has no write permission, the network is slow, two writers "
        "meet, the checksum does not match"
    ),
    uses=_phrases(
        "log collection, session storage, full-text search, job scheduling, file transfer, load "
        "balancing, service discovery, metrics collection, access control, data migration, "
        "message passing, remote debugging, package distribution, stream processing, image "
        "conversion"
    ),
    kinds=_phrases(
        "command-line program, message broker, storage engine, build tool, network service, "
        "package manager, file system, reverse proxy, job scheduler, query planner, logging "
        "library, key-value store"
    ),
)

DOMAINS = (LEARNING, SYSTEMS)

_QUALITIES = _phrases(
    "lightweight, simple, fast, fault-tolerant, low-level, modular, widely used, parallel, "
    "two-stage, portable, deterministic, small, general, distributed, recursive"
)
PARTS = _phrases(
    "an encoder, a decoder, a parser, a scheduler, a cache, a planner, a memory bank, a "
    "tokenizer, a router, a validator, a linear layer, a ring buffer, a gate, a lexer, a query "
    "engine, a discriminator, a classifier, a lock manager, a front end, a worker pool, a pooling "
    "layer, a ranking stage, a write-ahead log, a linker"
)
TYPES = _phrases(
    "integer, string, boolean, float, list of strings, dictionary, path, enum, tensor, byte string"
)
ATTRIBUTES = _phrases(
    "tolerance, stride, damping factor, window, margin, retry limit, chunk size, overlap, decay factor, "
    "cutoff, step size, depth limit, jitter, sampling rate, mixing weight, gain, noise level, quota, "
    "batch limit, refresh interval, smoothing constant, timeout, threshold, width"
)
UNITS = _phrases(
    "seconds, milliseconds, bytes, megabytes, tokens, rows, pixels, percent, pages, degrees, epochs"
)
COLUMNS = _phrases(
    "CSV, Parquet, JSON, Avro, XML, Markdown, TOML, HDF5, PNG, FLAC, SQLite, Protobuf, Arrow, "
    "ORC, Excel, YAML"
)
PLATFORMS = _phrases("Linux, Windows, macOS, FreeBSD, Android, iOS, OpenBSD, Solaris, ARM boards, Illumos")
LANGUAGES = _phrases("Rust, C++, Go, Python, Java, Erlang, Scala, OCaml, Haskell, Zig, Fortran, TypeScript")
MODES = _phrases(
    "eager, lazy, strict, offline, batch, streaming, safe, compact, verbose, mirrored, read-only"
)
COSTS = _phrases(
    "more memory, a slower start, longer training times, a small loss of accuracy, more complex "
    "code, larger files, higher latency, one more dependency, twice the disk space, an extra pass "
    "over the data, coarser results, more network traffic, harder debugging, weaker guarantees, a "
    "longer warm-up"
)
RESULTS = _phrases(
    "a list of row numbers, the number of bytes written, an open file handle, a tuple of two "
    "tensors, a new iterator, the previous value, a dictionary of counts, the path of the "
    "archive, a sorted copy, a boolean mask, the shape of the result, a future, the oldest entry, "
    "a read-only view, an error code, the parsed header, a generator of pairs, the loss of each "
    "example, a lazy sequence, the checksum as a string"
)
DEEDS = _phrases(
    "drew its first logo, built a similar machine, wrote the first manual, mapped the northern "
    "coast, found the bug that started it all, taught mathematics in Turin, kept the lighthouse, "
    "translated Euclid, designed the first prototype, ran the old computer centre"
)


def third_person(verb: str) -> str:
    """Return the third person of a regular verb that may be followed by a particle."""
    first, _, particle = verb.partition(" ")
    ending = "es" if first.endswith(("s", "sh", "ch", "x")) else "s"
    inflected = first[:-1] + "ies" if first.endswith("y") and first[-2] not in "aeou" else first + ending
    return f"{inflected} {particle}".strip()


def gerund(verb: str) -> str:
    """Return the -ing form of a regular verb that may be followed by a particle."""
    first, _, particle = verb.partition(" ")
    if first.endswith("e") and not first.endswith("ee"):
        stem = first[:-1]
    else:
        stem = first + first[-1] if first in _DOUBLED or first == "split" else first
    return f"{stem}ing {particle}".strip()


def action(draw: random.Random, domain: Domain, form: str) -> str:
    """Draw a verb phrase in its "base", "third" or "gerund" form."""
    verb, thing = draw.choice(domain.verbs), draw.choice(domain.objects)
    shown = {"base": verb, "third": third_person(verb), "gerund": gerund(verb)}[form]
    manner = f" {draw.choice(domain.manners)}" if draw.random() < 0.4 else ""
    return f"{shown} {thing}{manner}"


def clause(draw: random.Random, domain: Domain) -> str:
    """Draw a statement of many things, such as "gradients differ in scale"."""
    return f"{draw.choice(domain.plurals)} {draw.choice(domain.predicates)}"


def definition(draw: random.Random, domain: Domain) -> str:
    """Draw what a thing is: a noun phrase with a relative clause, or with a purpose."""
    noun = (
        f"{draw.choice(_QUALITIES)} {draw.choice(domain.kinds)}"
        if draw.random() < 0.5
        else draw.choice(domain.kinds)
    )
    article = "an" if noun[0] in "aeiou" else "a"
    ending = draw.choice(
        (
            f"that {action(draw, domain, 'third')}",
            f"which {action(draw, domain, 'third')}",
            f"for {draw.choice(domain.uses)}",
            f"for {action(draw, domain, 'gerund')}",
            f"designed to {action(draw, domain, 'base')}",
        )
    )
    return f"{article} {noun} {ending}"
